// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Resharding one parameter: the programs of all ranks that take part in making the slice of one.
///   [2,4] map [0,-1] -> [2,2,2] map [1,-1], of [8,8], rank 0:  0 and 1: AllConcat(0,1, 0)
/// MindSpore: _get_resharding_operator_map.
#include <tenon/layout/mindspore/needed_ranks.hpp>
#include <tenon/layout/mindspore/optimise_program.hpp>

namespace tenon {

namespace detail {

/// One axis a dimension, the dimensions of the shape split up; every axis kept.
inline LayoutRecord one_axis_a_dimension(const LayoutRecord& layout) {
  const FlatLayout flat = flattened(layout);
  LayoutRecord record{layout.device_matrix, {}, {}};
  for (std::size_t d = 0; d < flat.shape.size(); ++d) {
    record.tensor_map.push_back({flat.tensor_map[d]});
    record.shape.push_back(flat.shape[d]);
  }
  return record;
}

}  // namespace detail

/// The optimised program of one rank: from the split-up dimensions of nested maps, with a Reshape
/// to them in front and one from them behind.
inline RedistributionProgram reshard_program(const LayoutRecord& from, const LayoutRecord& to,
                                             Index rank, const List<Index>& devices) {
  const auto nested = [](const LayoutRecord& layout) {
    for (const Axes& entry : layout.tensor_map)
      if (entry.size() > 1) return true;
    return false;
  };
  const LayoutRecord source = detail::one_axis_a_dimension(from),
                     target = detail::one_axis_a_dimension(to);
  const List<Index> held = slice_shape(source);
  RedistributionProgram program;
  if (nested(from)) program.push_back({RedistributionKind::reshape, held});
  detail::add_all(program,
                  optimised(redistribution(source, target, rank, devices).operators, held));
  if (nested(to)) program.push_back({RedistributionKind::reshape, slice_shape(to)});
  return program;
}

/// `rank` first. Law: run together, the program of `rank` gives its slice of `to`.
inline List<ProgramOfRank> reshard(const LayoutRecord& from, const LayoutRecord& to, Index rank,
                                   const List<Index>& devices) {
  return programs_of_all([&](Index other) { return reshard_program(from, to, other, devices); },
                         rank);
}

}  // namespace tenon
