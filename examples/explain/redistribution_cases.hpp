// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases about getting from layout to layout: each also runs the operators of all ranks on numbers.
///   {"kind": "redistribution", "from_map": [0, -1], ..., "primitives": ["AllGather",
///   "StridedSlice"]}
#include <optional>
#include <string>
#include <tenon/layout/mindspore/redistribution_cost.hpp>
#include <tenon/layout/mindspore/reshard.hpp>
#include <tenon/layout/mindspore/run_program.hpp>

#include "layout_case_json.hpp"

namespace tenon::explain {

/// The elements 0, 1, 2, ... of a tensor.
inline List<Index> numbered(const Dims& shape) { return ranks_up_to(product(shape)); }

/// Runs the operator lists of all ranks on numbers; what is wrong with the first rank that differs.
inline std::optional<std::string> redistributes(const LayoutRecord& from, const LayoutRecord& to,
                                                bool enable_alltoall) {
  const List<Index> whole = numbered(from.shape);
  const List<RankSlice<Index>> slices = redistributed(whole, from, to, enable_alltoall);
  for (Index rank = 0; rank < from.devices(); ++rank)
    if (!(slices[std::size_t(rank)] == slice_of(whole, to, rank)))
      return "the operators do not give rank " + std::to_string(rank) + " its slice";
  return std::nullopt;
}

/// All tensor maps with one axis a dimension at most, for so many dimensions and axes.
inline List<AxisMap> all_maps(int dimensions, int axes) {
  List<AxisMap> maps{AxisMap{}};
  for (int d = 0; d < dimensions; ++d) {
    List<AxisMap> longer;
    for (const AxisMap& map : maps)
      for (Index value = -1; value < axes; ++value) {
        if (value >= 0 && contains(map, Axes{value})) continue;
        longer.push_back(map);
        longer.back().push_back({value});
      }
    maps = longer;
  }
  return maps;
}

inline Computed compute_redistribution(const json& c) {
  LayoutRecord from = from_in(c), to = to_in(c);
  const List<Index> needed = needed_ranks(from, to, c.at("rank"));
  pad_devices(from, to);
  const bool enable_alltoall = c.value("enable_all2all", false);
  const RedistributionList list = redistribution(from, to, c.at("rank"), enable_alltoall);
  const RedistributionCost cost = cost_elements(list);
  const auto wrong = redistributes(from, to, enable_alltoall);
  return {{"abstract", named_lists(list.moves)},
          {"operators", named_lists(list.operators)},
          {"primitives", to_json(primitives(list.operators))},
          {"expandable", list.expandable},
          {"cost_elements",
           {{"forward_comm", cost.forward_comm},
            {"backward_comm", cost.backward_comm},
            {"comm", cost.comm},
            {"computation", cost.computation},
            {"memory", cost.memory}}},
          {"needed_ranks", to_json(needed)},
          {"result_slice_shape", to_json(slice_shape(to))},
          {"", wrong.value_or("")}};
}

inline Computed compute_property(const json& c) {
  const Dims shape = items_of<Dims>(c.at("tensor_shape"));
  const Axes device_matrix = items_of<Axes>(c.at("device_matrix"));
  const List<AxisMap> maps = all_maps(shape.size(), device_matrix.size());
  std::string wrong;
  for (const AxisMap& first : maps)
    for (const AxisMap& second : maps) {
      const LayoutRecord from{device_matrix, first, shape}, to{device_matrix, second, shape};
      if (!lower(from).divides_evenly() || !lower(to).divides_evenly()) continue;
      for (bool enable_alltoall : {false, true})
        if (const auto found = redistributes(from, to, enable_alltoall))
          wrong = *found + " from " + text(first) + " to " + text(second);
    }
  return {{"rule", c.at("rule")}, {"", wrong}};
}

inline Computed compute_shapes(const json& c) {
  const LayoutRecord from = from_in(c), to = to_in(c);
  return {{"from_slice", to_json(slice_shape(from))},
          {"to_slice", to_json(slice_shape(to))},
          {"", redistributes(from, to, false).value_or("")}};
}

inline Computed compute_reshard(const json& c) {
  const LayoutRecord from = from_in(c), to = to_in(c);
  const Index rank = c.at("rank");
  const List<Index> devices =
      c.contains("rank_list") ? list_of(c.at("rank_list")) : ranks_up_to(from.devices());
  const List<ProgramOfRank> programs = reshard(from, to, rank, devices);
  Computed computed{{"programs", json::object()}, {"", ""}};
  for (const ProgramOfRank& one : programs)
    computed["programs"][std::to_string(one.rank)] = named_lists(one.program);
  const auto program_of = [&](Index other) {
    for (const ProgramOfRank& one : programs)
      if (one.rank == other) return one.program;
    throw Error("rank " + std::to_string(other) + " is needed and has no program");
  };
  const List<Index> whole = numbered(from.shape);
  const auto held_by = [&](Index other) {
    return slice_of(whole, from, *position(devices, other));
  };
  const std::size_t steps = programs[0].program.size();
  if (!(run_program<Index>(program_of, held_by, rank, steps).values ==
        slice_of(whole, to, *position(devices, rank)).values))
    computed[""] = "the programs do not give rank " + std::to_string(rank) + " its slice";
  return computed;
}

inline Computed compute_unify(const json& c) {
  const auto both = unify(from_in(c), to_in(c));
  if (!both) return {{"unified", nullptr}, {"unifiable", false}};
  return {{"unifiable", true},
          {"unified",
           {{"device_matrix", to_json(both->from.device_matrix)},
            {"from_map", to_json(both->from.tensor_map)},
            {"to_map", to_json(both->to.tensor_map)},
            {"tensor_shape", to_json(both->from.shape)}}}};
}

/// The fields of a new layout but the one that was asked for; null where there is none.
inline Computed fields_of(const std::optional<FlatLayout>& layout, const char* asked = "") {
  Computed fields;
  fields["new_device_matrix"] = layout ? to_json(layout->device_matrix) : json();
  fields["new_tensor_map"] = layout ? to_json(layout->tensor_map) : json();
  fields["new_tensor_shape"] = layout ? to_json(layout->shape) : json();
  fields.erase(asked);
  return fields;
}
inline Computed compute_finer_devices(const json& c) {
  const List<Index> finer = list_of(c.at("new_device_matrix"));
  return fields_of(expand_device_matrix(flat(layout_in(c)), finer), "new_device_matrix");
}
inline Computed compute_finer_shape(const json& c) {
  const List<Index> finer = list_of(c.at("new_tensor_shape"));
  return fields_of(expand_tensor_shape(flat(layout_in(c)), finer), "new_tensor_shape");
}

}  // namespace tenon::explain
