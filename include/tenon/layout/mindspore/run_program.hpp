// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A redistribution done on numbers in one process, to show what the operators mean:
///   run_program<int>(program_of, held_by, 0, 5) is what rank 0 holds after 5 operators.
/// MindSpore: _apply_tensor_transform_operators.
#include <tenon/layout/mindspore/parameter_layout.hpp>
#include <tenon/layout/mindspore/redistribution.hpp>

namespace tenon {

template <class Value>
struct RankSlice {
  List<Index> shape;
  List<Value> values;  // row-major
  friend constexpr bool operator==(const RankSlice&, const RankSlice&) = default;
};

/// What `rank` holds of a whole tensor, in row-major order.
template <class Value>
constexpr RankSlice<Value> slice_of(const List<Value>& whole, const LayoutRecord& layout,
                                    Index rank) {
  return {slice_shape(layout), load_tensor(whole, layout, rank)};
}

namespace detail {

/// The elements with begin[d] <= index[d] < end[d].
template <class Value>
constexpr RankSlice<Value> sub_box(const RankSlice<Value>& slice, const List<Index>& begin,
                                   const List<Index>& end) {
  RankSlice<Value> part;
  for (std::size_t d = 0; d < slice.shape.size(); ++d) part.shape.push_back(end[d] - begin[d]);
  const Index count = product(part.shape);
  for (Index i = 0; i < count; ++i) {
    Index rest = i, at = 0, stride = 1;
    for (std::size_t d = slice.shape.size(); d-- > 0;) {
      at += (begin[d] + rest % part.shape[d]) * stride;
      rest /= part.shape[d];
      stride *= slice.shape[d];
    }
    part.values.push_back(slice.values[std::size_t(at)]);
  }
  return part;
}

/// Block k of `parts` equal ones along a dimension.
template <class Value>
constexpr RankSlice<Value> block_along(const RankSlice<Value>& slice, std::size_t dimension,
                                       Index parts, Index k) {
  List<Index> begin(slice.shape.size()), end = slice.shape;
  const Index size = slice.shape[dimension] / parts;
  begin[dimension] = k * size;
  end[dimension] = (k + 1) * size;
  return sub_box(slice, begin, end);
}

template <class Value>
constexpr RankSlice<Value> concatenated(const List<RankSlice<Value>>& parts,
                                        std::size_t dimension) {
  RankSlice<Value> joined{parts[0].shape, {}};
  joined.shape[dimension] *= Index(parts.size());
  Index rows = 1, row = 1;  // a row: from the dimension on
  for (std::size_t d = 0; d < joined.shape.size(); ++d)
    (d < dimension ? rows : row) *= parts[0].shape[d];
  for (Index r = 0; r < rows; ++r)
    for (const RankSlice<Value>& part : parts)
      for (Index i = 0; i < row; ++i)
        joined.values.push_back(part.values[std::size_t(r * row + i)]);
  return joined;
}

template <class Value>
constexpr RankSlice<Value> apply_step(const RedistributionOperator& step,
                                      const RankSlice<Value>& slice) {
  const List<Index>& a = step.arguments;
  if (step.kind == RedistributionKind::reshape) {
    if (product(a) != product(slice.shape))
      throw Error("a reshape of " + text(slice.shape) + " into " + text(a));
    return {a, slice.values};
  }
  if (step.kind == RedistributionKind::slice)
    return block_along(slice, std::size_t(a[0]), a[1], a[2]);
  List<Index> begin, end;
  const std::size_t n = slice.shape.size();
  for (std::size_t d = 0; d < n; ++d) begin.push_back(a[d]), end.push_back(a[n + d]);
  return sub_box(slice, begin, end);
}

/// One operator of `rank`, given what each rank of its group holds: held(rank) -> RankSlice<Value>.
template <class Value>
constexpr RankSlice<Value> apply_step(const RedistributionOperator& step, Index rank,
                                      const auto& held) {
  const bool gathers = step.kind == RedistributionKind::all_concat;
  if (!gathers && step.kind != RedistributionKind::all_to_all)
    return apply_step<Value>(step, held(rank));
  List<Index> group = step.arguments;
  group.resize(group.size() - (gathers ? 1 : 2));
  List<RankSlice<Value>> parts;
  for (Index other : group) {
    parts.push_back(held(other));
    if (gathers) continue;
    const std::size_t split = std::size_t(step.arguments[group.size()]);
    parts.back() = block_along(parts.back(), split, Index(group.size()), *position(group, rank));
  }
  return concatenated(parts, std::size_t(step.arguments.back()));
}

}  // namespace detail

/// What `rank` holds after the first `steps` operators of its program; of others it asks what it
/// needs. program_of(rank) -> RedistributionProgram, held_by(rank) -> RankSlice<Value> before the
/// first.
template <class Value>
constexpr RankSlice<Value> run_program(const auto& program_of, const auto& held_by, Index rank,
                                       std::size_t steps) {
  if (!steps) return held_by(rank);
  const RedistributionProgram program = program_of(rank);
  const auto held = [&](Index other) {
    return run_program<Value>(program_of, held_by, other, steps - 1);
  };
  return detail::apply_step<Value>(program[steps - 1], rank, held);
}

/// All devices' programs, operator by operator: what each holds in the end, in the order of the
/// devices.
/// @pre all programs have as many operators
template <class Value>
constexpr List<RankSlice<Value>> run_programs(const List<RedistributionProgram>& programs,
                                              List<RankSlice<Value>> slices,
                                              const List<Index>& devices) {
  for (std::size_t step = 0; step < programs[0].size(); ++step) {
    List<RankSlice<Value>> next;
    const auto held = [&](Index other) { return slices[std::size_t(*position(devices, other))]; };
    for (std::size_t i = 0; i < devices.size(); ++i)
      next.push_back(detail::apply_step<Value>(programs[i][step], devices[i], held));
    slices = next;
  }
  return slices;
}

/// A whole tensor cut by `from`, then redistributed on every rank: what each holds in the end.
/// Law: redistributed(whole, from, to)[rank] == slice_of(whole, to, rank)
template <class Value>
constexpr List<RankSlice<Value>> redistributed(const List<Value>& whole, const LayoutRecord& from,
                                               const LayoutRecord& to,
                                               bool enable_alltoall = false) {
  const List<Index> devices = ranks_up_to(from.devices());
  List<RedistributionProgram> programs;
  List<RankSlice<Value>> slices;
  for (Index rank : devices) {
    programs.push_back(redistribution(from, to, rank, devices, enable_alltoall).operators);
    slices.push_back(slice_of(whole, from, rank));
  }
  return run_programs(programs, slices, devices);
}

}  // namespace tenon
