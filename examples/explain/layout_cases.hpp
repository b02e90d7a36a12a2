// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Facts of MindSpore about layouts, checked one at a time:
///   check_layout_case({"kind": "unify_shape", "a": [8, 4], "b": [2, 16], "out": [2, 4, 4]}) is
///   nothing; were "out" another, it would be "out: expected [2,16], computed [2,4,4]".
/// Every field of a case that is not among the inputs of its kind is computed and compared.
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "parameter_cases.hpp"
#include "redistribution_cases.hpp"

namespace tenon::explain {

/// Every kind, with what it computes.
inline const std::map<std::string, std::function<Computed(const json&)>>& layout_case_kinds() {
  static const std::map<std::string, std::function<Computed(const json&)>> kinds{
      {"redistribution", compute_redistribution},
      {"redistribution_property", compute_property},
      {"redistribution_shape", compute_shapes},
      {"unify_layouts", compute_unify},
      {"unify_shape",
       [](const json& c) -> Computed {
         return {{"out", list_or_null(unify_shape(list_of(c.at("a")), list_of(c.at("b"))))}};
       }},
      {"expand_shape",
       [](const json& c) -> Computed {
         return {{"out", list_or_null(expand_shape(list_of(c.at("a")), list_of(c.at("b"))))}};
       }},
      {"expand_device_matrix", compute_finer_devices},
      {"expand_tensor_shape", compute_finer_shape},
      {"normalise", [](const json& c) { return fields_of(flat(layout_in(c))); }},
      {"slice_shape",
       [](const json& c) -> Computed {
         return {{"slice_shape", to_json(slice_shape(layout_in(c)))}};
       }},
      {"opt_shard_layout", compute_optimizer_layout},
      {"opt_shard_slice",
       [](const json& c) -> Computed {
         const Index size = c.value("optimizer_weight_shard_size", Index(-1));
         return {
             {"opt_shard_slice_shape", list_or_null(optimizer_shard_slice(layout_in(c), size))}};
       }},
      {"parameter_layout", compute_parameter},
      {"shared_parameter", compute_shared},
      {"layout_api", compute_alias},
      {"group_along_dims", compute_groups_along},
      {"group_by_tensor_map",
       [](const json& c) -> Computed {
         return {{"group", to_json(group_by_tensor_map(c.at("rank"), list_of(c.at("dev_list")),
                                                       list_of(c.at("device_matrix")),
                                                       list_of(c.at("tensor_map"))))}};
       }},
      {"stages", compute_stages},
      {"first_dim_param_ranks",
       [](const json& c) -> Computed {
         return {
             {"ranks", to_json(first_dim_param_ranks(list_of(c.at("device_matrix")),
                                                     c.at("first_dim_map_value"), c.at("rank")))}};
       }},
      {"predict_rank_list", compute_predict},
      {"reshard_program", compute_reshard},
      {"load_tensor", compute_load},
  };
  return kinds;
}

inline bool knows_layout_case(const std::string& kind) {
  return layout_case_kinds().count(kind) > 0;
}

/// Nothing if all that the case says is what Tenon computes, or the first difference in one line.
/// What a kind computes is compared wherever the case has a field of that name.
inline std::optional<std::string> check_layout_case(const json& c) {
  const std::string kind = c.at("kind");
  if (!knows_layout_case(kind)) return "the kind " + kind + " is not known";
  json computed;
  try {
    computed = layout_case_kinds().at(kind)(c);
  } catch (const std::exception& error) {
    return error.what();
  }
  for (const auto& [field, value] : computed.items()) {
    if (field.empty() && value != "") return value.get<std::string>();
    if (c.contains(field) && c.at(field) != value)
      return field + ": expected " + c.at(field).dump() + ", computed " + value.dump();
  }
  for (const json& field : c.value("asserted", json::array()))
    if (const std::string name = field.get<std::string>();
        c.contains(name) && !computed.contains(name))
      return name + ": is asserted and not computed";
  return std::nullopt;
}

}  // namespace tenon::explain
