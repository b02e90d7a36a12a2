// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore writes down of a network: how each parameter lies, and the strategy of each
/// operator that reads one.
///   NetworkRecord r = network_record(trace(network, {{{32, 28, 28}}}), 8);
///   r.parameters[0]: layer1.weight, {{2, 2, 2}, {{-1}, {1}}, {784, 512}}
///   r.strategies[0]: MatMul, layer1.weight, {{2, 1}, {1, 2}}
/// MindSpore: CheckpointStrategy, CheckParameterSplit.
#include <tenon/layout/mindspore/flat_layout.hpp>
#include <tenon/layout/mindspore/of_record.hpp>
#include <tenon/layout/mindspore/parameter_layout.hpp>
#include <tenon/layout/operator_record.hpp>
#include <tenon/layout/strict.hpp>
#include <tenon/plan/defaults.hpp>

namespace tenon {

struct TensorRecord {
  Name name;
  LayoutRecord layout;  // of_record
};
struct StrategyRecord {
  std::string_view op;  // "MatMul"
  Name parameter;       // the first one that it reads
  Vector<Dims, 4> splits;
};

struct NetworkRecord {
  Names names;
  List<TensorRecord> inputs, parameters;  // those that an operator reads, in the network's order
  List<StrategyRecord> strategies;        // in the order of evaluation
  Index devices = 1;
  Finding refused;  // what MindSpore refuses of it first, or nothing
};

namespace detail {

[[noreturn]] inline void refuse_sharing(const Graph& graph, const Node& parameter,
                                        const Node& reader, const LayoutRecord& layout,
                                        const Node& other, const LayoutRecord& second) {
  const auto reads = [&](const Node& node, const LayoutRecord& x) {
    const LayoutRecord written = of_record(x);
    return std::string(graph.names[node.name])
        .append(" reads ")
        .append(text(written.device_matrix))
        .append(", ")
        .append(text(written.tensor_map));
  };
  throw Error(std::string("illegal layout: two operators read ")
                  .append(graph.names[parameter.name])
                  .append(" in two layouts, of which MindSpore can write down one: ")
                  .append(reads(reader, layout))
                  .append("; ")
                  .append(reads(other, second))
                  .append("; legal: one layout, or the whole for both"));
}

constexpr LayoutRecord input_layout(const Dims& shape, Index devices, const Distribution& given) {
  LayoutRecord layout{{devices}, AxisMap::filled(shape.size(), {-1}), shape};
  if (given == lower(layout)) return of_record(layout);
  if (!shape.empty()) layout.tensor_map[0] = {0};
  if (given == lower(layout)) return of_record(layout);
  throw Error(
      "illegal input: MindSpore's layouts are known of inputs that every rank gives whole, "
      "or its rows of");
}

/// The operands, with MindSpore's default where no strategy is stated.
constexpr Operands recorded_operands(const Graph& graph, const Node& node, Index devices) {
  Operands o = graph.operands(node, devices);
  if (!o.splits.stated())
    o.splits.inputs = batch_parallel(node.op->equation(o), o, devices, false).inputs;
  return o;
}

}  // namespace detail

/// The layouts of record, which MindSpore's files and compilations say; a plan may place parameters
/// otherwise, unless PlanOptions::mindspore asks for these. Operators without a strategy get
/// MindSpore's default, so the record depends on the batch of the graph. Law: lower(layout) is
/// where that plan places the parameter, but for a dimension that its reader gathers first, or that
/// has one element.
/// @param inputs how they are given, as PlanOptions says: whole (MindSpore's full_batch), or each
/// rank its rows.
/// @throws Error with what is wrong with a strategy, or the name and both layouts of a parameter
/// that two operators read differently, or when an input is given in other blocks.
constexpr NetworkRecord network_record(const Graph& graph, Index devices,
                                       const Vector<Distribution, 4>& inputs = {}) {
  if (graph.finding) throw Error(text(graph.finding, graph.names[graph.finding.where]));
  NetworkRecord record{graph.names, {}, {}, {}, devices, {}};
  List<LayoutRecord> raw(graph.nodes.size());  // of the parameters that are read
  List<int> first_reader(graph.nodes.size());  // 0: none; node 0 is no operation
  for (const Node& node : graph.nodes) {
    if (node.kind != Node::Kind::operation) continue;
    const Operands o = detail::recorded_operands(graph, node, devices);
    const Equation e = node.op->equation(o);
    record.refused = record.refused ? record.refused
                                    : strict(e, o.splits, o.shapes, node.shape, devices, devices);
    if (record.refused && record.refused.where == Name{}) record.refused.where = node.name;
    const OperatorRecord r =
        operator_record(e, o.splits, o.shapes, output_shapes(e, o.shapes, node.shape), devices);
    if (r.finding) throw Error(text(r.finding, graph.names[node.name]));
    bool named = false;
    for (int i = 0; i < node.inputs.size(); ++i) {
      const std::size_t id = std::size_t(node.inputs[i]);
      const Node& input = graph.nodes[id];
      if (input.kind != Node::Kind::parameter) continue;
      if (!named) record.strategies.push_back({node.op->name, input.name, o.splits.inputs});
      named = true;
      if (!first_reader[id]) {
        first_reader[id] = int(&node - graph.nodes.begin());
        raw[id] = r.inputs[i];
      } else if (!may_share(raw[id], r.inputs[i])) {
        detail::refuse_sharing(graph, input, graph.nodes[std::size_t(first_reader[id])], raw[id],
                               node, r.inputs[i]);
      }
    }
  }
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Node& node = graph.nodes[std::size_t(graph.inputs[i])];
    const bool given = int(i) < inputs.size();
    record.inputs.push_back(
        {node.name,
         detail::input_layout(node.shape, devices, given ? inputs[int(i)] : whole(node.shape))});
  }
  for (std::size_t id = 0; id < graph.nodes.size(); ++id)
    if (first_reader[id]) record.parameters.push_back({graph.nodes[id].name, of_record(raw[id])});
  return record;
}

}  // namespace tenon
