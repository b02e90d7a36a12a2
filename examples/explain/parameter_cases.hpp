// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases about one layout: parameters, aliases, groups, slices.
///   {"kind": "stages", "devices": [5, 3, 1, 0], "stage_map": [2, 2], "stage_lists": [[5, 3], [1,
///   0]]}
#include <tenon/layout/mindspore/layout_by_alias.hpp>
#include <tenon/layout/mindspore/needed_ranks.hpp>
#include <tenon/layout/mindspore/optimizer_shard.hpp>
#include <tenon/layout/mindspore/parameter_layout.hpp>

#include "layout_case_json.hpp"

namespace tenon::explain {

inline Computed compute_optimizer_layout(const json& c) {
  const OptimizerShard shard{c.at("opt_shard_step"), c.at("opt_shard_size")};
  const LayoutRecord cut = optimizer_shard_layout(layout_in(c, "tensor_map", "full_shape"), shard);
  return {{"new_device_matrix", to_json(cut.device_matrix)},
          {"new_tensor_map", to_json(cut.tensor_map)},
          {"new_shape", to_json(cut.shape)}};
}

inline Computed compute_parameter(const json& c) {
  const json& source = c.contains("origin") ? c.at("origin") : c;  // what the operator gave it
  const json& map =
      c.contains("layout_alias_map") ? c.at("layout_alias_map") : source.at("tensor_map");
  const ParameterLayout p =
      parameter_layout(layout_of(source.at("device_matrix"), map, c.at("full_shape")));
  json tuple = {to_json(p.device_matrix), to_json(p.tensor_map),
                to_json(p.slice_shape),   p.field_size,
                p.uniform_split,          p.opt_shard_group};
  while (c.contains("tuple_prefix") && tuple.size() > c.at("tuple_prefix").size())
    tuple.erase(tuple.size() - 1);
  return {{"device_matrix", to_json(p.device_matrix)},
          {"tensor_map", to_json(p.tensor_map)},
          {"expanded_shape", to_json(p.expanded_shape)},
          {"slice_shape", to_json(p.slice_shape)},
          {"tuple_prefix", tuple}};
}

/// The layout that an operator gives its parameter: MatMul its second input, ReLU its only one.
inline LayoutRecord operator_layout(Axes device_matrix, AxisMap map, Index devices,
                                    const Dims& shape) {
  const Index repeats = devices / product(device_matrix);
  if (repeats > 1) {
    device_matrix.push_back(repeats);
    for (Axes& entry : map) ++entry[0];
  }
  return {device_matrix, map, shape};
}

inline Computed compute_shared(const json& c) {
  const Dims shape = items_of<Dims>(c.at("param_shape"));
  const Index devices = c.at("devices");
  const Axes a = items_of<Axes>(c.at("matmul_strategy").at(0)),
             b = items_of<Axes>(c.at("matmul_strategy").at(1));
  const LayoutRecord first = operator_layout({a[0], b[0], b[1]}, {{1}, {0}}, devices, shape);
  const LayoutRecord second =
      operator_layout(items_of<Axes>(c.at("relu_strategy").at(0)), {{1}, {0}}, devices, shape);
  Computed computed{{"compatible", may_share(first, second)}};
  for (const LayoutRecord& layout : {first, second}) {
    const FlatLayout normal = flat(layout);
    computed["layouts"].push_back({to_json(layout.device_matrix), to_json(layout.tensor_map)});
    computed["normalised"].push_back({to_json(normal.device_matrix), to_json(normal.tensor_map)});
  }
  return computed;
}

inline Computed compute_alias(const json& c) {
  List<std::string_view> aliases;
  for (const json& name : c.at("alias_name")) aliases.push_back(name.get_ref<const std::string&>());
  AliasMap call;
  for (const json& entry : c.at("call")) {
    call.push_back({});
    if (entry.is_string()) call.back().push_back(entry.get_ref<const std::string&>());
    if (entry.is_array())
      for (const json& name : entry) call.back().push_back(name.get_ref<const std::string&>());
  }
  const Axes device_matrix = items_of<Axes>(c.at("device_matrix"));
  const AxisMap map = map_by_alias(device_matrix, aliases, call);
  return {{"tensor_map", to_json(map)},
          {"sharding_strategy", to_json(sharding_strategy({device_matrix, map, {}}))}};
}

inline Computed compute_groups_along(const json& c) {
  json groups = json::array();
  const List<Index> device_matrix = list_of(c.at("device_matrix"));
  for (std::size_t axis = 0; axis < device_matrix.size(); ++axis)
    groups.push_back(
        list_or_null(group_along(c.at("rank"), list_of(c.at("dev_list")), device_matrix, axis)));
  return {{"groups", groups}};
}

inline Computed compute_stages(const json& c) {
  Computed computed{{"stage_num", c.at("stage_map").size()}, {"stage_lists", json::array()}};
  for (const auto& stage : stage_lists(list_of(c.at("devices")), list_of(c.at("stage_map"))))
    computed["stage_lists"].push_back(to_json(stage));
  if (!c.contains("global_rank")) return computed;
  const StageOfRank at =
      stage_of(c.at("global_rank"), Index(c.at("devices").size()), Index(c.at("stage_map").size()));
  computed["stage_id"] = at.stage;
  computed["rank_in_stage"] = at.rank_in_stage;
  return computed;
}

inline Computed compute_predict(const json& c) {
  const auto layout = [](const json& pair) {
    return layout_of(pair.at(0), pair.at(1), json(pair.at(1).size(), 1));
  };
  const json& predict = c.at("predict_layout");
  const PredictRanks found = predict_ranks(
      layout(c.at("train_layout")),
      predict.is_null() ? std::nullopt : std::optional(layout(predict)), c.at("local_rank"));
  return {{"ranks", to_json(found.ranks)}, {"load_directly", found.load_directly}};
}

inline void flatten(const json& nested, List<json>& leaves, std::vector<std::size_t>& shape,
                    std::size_t depth = 0) {
  if (!nested.is_array()) return leaves.push_back(nested);
  if (shape.size() == depth) shape.push_back(nested.size());
  for (const json& item : nested) flatten(item, leaves, shape, depth + 1);
}
inline json nest(const List<json>& leaves, const List<Index>& shape, std::size_t& next,
                 std::size_t depth = 0) {
  if (depth == shape.size()) return leaves[next++];
  json nested = json::array();
  for (Index i = 0; i < shape[depth]; ++i) nested.push_back(nest(leaves, shape, next, depth + 1));
  return nested;
}

inline Computed compute_load(const json& c) {
  List<json> leaves;
  std::vector<std::size_t> shape;
  flatten(c.at("tensor"), leaves, shape);
  const LayoutRecord layout = layout_of(c.at("device_matrix"), c.at("tensor_map"), json(shape));
  std::size_t next = 0;
  return {{"slice", nest(load_tensor(leaves, layout, c.at("rank")), slice_shape(layout), next)}};
}

}  // namespace tenon::explain
