// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore would write down of a network: the strategy of each operator with a parameter,
/// and how each parameter lies.
///   layer1.weight: device matrix [2,2,2], map [-1,1], slice [784,256] of [784,512]
/// MindSpore: strategy files, infer_predict_layout.
#include <string>
#include <vector>

#include <tenon/layout/mindspore/parameter_layout.hpp>
#include <tenon/layout/operator_record.hpp>
#include <tenon/layout/strict.hpp>
#include <tenon/plan/defaults.hpp>

#include "layout_case_json.hpp"

namespace tenon::explain {

struct ParameterRecord {
  std::string name, node;    // "layer1.weight" and "MatMul_layer1.weight"
  Vector<Dims, 4> strategy;  // none of an input
  ParameterLayout layout;
};

struct NetworkRecord {
  std::vector<ParameterRecord> parameters;
  std::string refused;  // what MindSpore refuses first, or nothing
};

/// Operators without a strategy get MindSpore's default. @pre !graph.finding
inline NetworkRecord network_record(const Graph& graph, Index devices) {
  NetworkRecord record;
  for (int id : graph.inputs) {
    const Node& node = graph.nodes[std::size_t(id)];
    const LayoutRecord whole{{devices}, AxisMap::filled(node.shape.size(), {-1}), node.shape};
    record.parameters.push_back({"x", "", {}, parameter_layout(whole)});
  }
  for (const Node& node : graph.nodes) {
    if (node.kind != Node::Kind::operation) continue;
    const std::string name(graph.names[node.name]);
    Operands o = graph.operands(node, devices);
    if (!o.splits.stated())
      o.splits.inputs = batch_parallel(node.op->equation(o), o, devices, false).inputs;
    const Equation e = node.op->equation(o);
    const Finding refused = strict(e, o.splits, o.shapes, node.shape, devices, devices);
    if (refused && record.refused.empty()) record.refused = text(refused, name);
    const OperatorRecord r =
        operator_record(e, o.splits, o.shapes, output_shapes(e, o.shapes, node.shape), devices);
    if (r.finding) throw Error(text(r.finding, name));
    for (int i = 0; i < node.inputs.size(); ++i) {
      const Node& input = graph.nodes[std::size_t(node.inputs[i])];
      if (input.kind != Node::Kind::parameter) continue;
      const std::string parameter(graph.names[input.name]);
      record.parameters.push_back({parameter, std::string(node.op->name) + "_" + parameter,
                                   o.splits.inputs, parameter_layout(r.inputs[i])});
    }
  }
  return record;
}

inline json strategy_json(const Vector<Dims, 4>& strategy) {
  json splits = json::array();
  for (const Dims& split : strategy) splits.push_back(to_json(split));
  return splits;
}

/// In the form of a strategy file's JSON, and each parameter's slice.
inline json to_json(const NetworkRecord& record) {
  json items = json::object(), strategies = json::object(), slices = json::object();
  for (const ParameterRecord& p : record.parameters) {
    slices[p.name] = to_json(p.layout.slice_shape);
    items[p.name] = {{"dev_matrix", to_json(p.layout.device_matrix)},
                     {"field", p.layout.field_size},
                     {"opt_weight_shard_size", 0},
                     {"opt_weight_shard_step", 0},
                     {"tensor_map", to_json(p.layout.tensor_map)},
                     {"tensor_shape", to_json(p.layout.expanded_shape)}};
    if (p.node.empty()) continue;
    strategies[p.node] = {{"parallel_strategy", strategy_json(p.strategy)}, {"stage", 0}};
  }
  return {{"parallel_layout_item", items},
          {"parallel_strategy_item", strategies},
          {"slice_shape", slices},
          {"refused", record.refused.empty() ? json() : json(record.refused)}};
}

}  // namespace tenon::explain
