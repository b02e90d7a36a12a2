// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one rank does to get from layout to layout:
///   [2,4,2] map [2,0] -> [4,2,2] map [2,1], of [512,1024], rank 0:
///   Reshape [1,256,512]; StridedSlice [0,0,0, 1,128,512, 1,1,1]; AllConcat [0,1, 2];
///   StridedSlice [0,0,0, 1,128,512, 1,1,1]; Reshape [128,512]
/// MindSpore: TensorRedistribution, ConstructOperator, TensorTransform.
#include <tenon/layout/mindspore/axis_moves.hpp>
#include <tenon/layout/mindspore/groups.hpp>
#include <tenon/layout/mindspore/redistribution_operator.hpp>
#include <tenon/layout/mindspore/unify.hpp>

namespace tenon {

struct RedistributionList {
  bool expandable = true;                         // the layouts could be unified
  bool reshaped = false;                          // some operator is a Reshape
  Index slice_elements = 0, tensor_elements = 0;  // of the first layout
  List<AxisMove> moves;
  RedistributionProgram operators;
};

namespace detail {

constexpr void add_all(auto& list, const auto& more) {
  for (const auto& item : more) list.push_back(item);
}

/// Appends the operators of `moves` to the program of `rank`, whose slice is that of `layout`.
constexpr void materialise(const FlatLayout& layout, const List<AxisMove>& moves, Index rank,
                           const List<Index>& devices, RedistributionProgram& program) {
  List<Index> shape = layout.slice_shape();
  for (const AxisMove& move : moves) {
    const List<Index>& a = move.arguments;
    const Index value = move.kind == AxisMoveKind::split_by_axis    ? a[2]
                        : move.kind == AxisMoveKind::concat_by_axis ? a[1]
                                                                    : a[3];
    const std::size_t axis = layout.device_matrix.size() - 1 - std::size_t(value);
    const auto group = group_along(rank, devices, layout.device_matrix, axis);
    if (!group)
      throw Error("rank " + std::to_string(rank) +
                  " has no group in a device list that is not contiguous");
    if (move.kind == AxisMoveKind::split_by_axis) {
      const std::size_t dimension = std::size_t(a[1]);
      if (shape[dimension] % a[0])
        throw Error("a dimension of " + std::to_string(shape[dimension]) + " is split into " +
                    std::to_string(a[0]));
      List<Index> begin(shape.size()), end = shape;
      shape[dimension] /= a[0];
      begin[dimension] = *position(*group, rank) * shape[dimension];
      end[dimension] = begin[dimension] + shape[dimension];
      for (Index e : end) begin.push_back(e);
      for (std::size_t d = 0; d < shape.size(); ++d) begin.push_back(1);
      program.push_back({RedistributionKind::strided_slice, begin});
    } else if (move.kind == AxisMoveKind::concat_by_axis) {
      List<Index> arguments = *group;
      arguments.push_back(a[0]);
      shape[std::size_t(a[0])] *= a[2];
      program.push_back({RedistributionKind::all_concat, arguments});
    } else {
      List<Index> arguments = *group;
      arguments.push_back(a[1]);
      arguments.push_back(a[2]);
      shape[std::size_t(a[1])] /= a[0];
      shape[std::size_t(a[2])] *= a[0];
      program.push_back({RedistributionKind::all_to_all, arguments});
    }
  }
}

}  // namespace detail

/// The operators of `rank` of `devices`. No moves and equal slice shapes: none; no moves and other
/// slice shapes: one Reshape. Layouts that cannot be unified are gathered, reshaped and split.
/// Law: run by all ranks, they turn every slice of `from` into that of `to`.
/// @throws Error if the layouts are not of as many elements and devices
constexpr RedistributionList redistribution(const LayoutRecord& from, const LayoutRecord& to,
                                            Index rank, const List<Index>& devices,
                                            bool enable_alltoall = false) {
  if (product(from.shape) != product(to.shape) || from.devices() != to.devices())
    throw Error("a redistribution of " + text(from.shape) + " on " +
                std::to_string(from.devices()) + " devices into " + text(to.shape) + " on " +
                std::to_string(to.devices()));
  const FlatLayout source = flat(from), target = flat(to);
  const List<Index> held = slice_shape(from), wanted = slice_shape(to);
  RedistributionList list{true, false, product(held), product(from.shape), {}, {}};
  const auto reshape = [&](const List<Index>& before, const List<Index>& after) {
    if (before == after) return;
    list.operators.push_back({RedistributionKind::reshape, after});
    list.reshaped = true;
  };
  const auto unified = unify(squeezed(source), squeezed(target));
  if (!unified) {
    list.expandable = false;
    FlatLayout whole_source = source, whole_target = target;
    for (Index& value : whole_source.tensor_map) value = -1;
    for (Index& value : whole_target.tensor_map) value = -1;
    const List<AxisMove> gather = axis_moves(source, whole_source.tensor_map, enable_alltoall);
    const List<AxisMove> split = axis_moves(whole_target, target.tensor_map, enable_alltoall);
    reshape(held, source.slice_shape());
    detail::materialise(source, gather, rank, devices, list.operators);
    reshape(source.shape, target.shape);
    detail::materialise(whole_target, split, rank, devices, list.operators);
    reshape(target.slice_shape(), wanted);
    detail::add_all(list.moves, gather);
    detail::add_all(list.moves, split);
    return list;
  }
  list.moves = axis_moves(unified->from, unified->to.tensor_map, enable_alltoall);
  if (list.moves.empty()) {
    reshape(held, wanted);
    return list;
  }
  reshape(held, source.slice_shape());
  reshape(source.slice_shape(), unified->from.slice_shape());
  detail::materialise(unified->from, list.moves, rank, devices, list.operators);
  reshape(unified->to.slice_shape(), target.slice_shape());
  reshape(target.slice_shape(), wanted);
  return list;
}
constexpr RedistributionList redistribution(const LayoutRecord& from, const LayoutRecord& to,
                                            Index rank, bool enable_alltoall = false) {
  return redistribution(from, to, rank, ranks_up_to(from.devices()), enable_alltoall);
}

}  // namespace tenon
