// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The strategy file that MindSpore would save of a network, and a network told a file's
/// strategies:
///   write_strategy("strategy.ckpt", strategy_file(network_record(graph, 8)));
///   plan(with_strategies(graph, read_strategy("strategy.ckpt")), 8)
/// MindSpore: save_file and load_file of strategy_ckpt_config, save_param_strategy_file and
/// load_param_strategy_file of AutoParallel.
#include <map>

#include <tenon/io/stored_layout.hpp>
#include <tenon/plan/network_record.hpp>

namespace tenon {

namespace detail {

/// "MatMul_layer1.weight"
inline std::string strategy_name(std::string_view op, std::string_view parameter) {
  return std::string(op).append("_").append(parameter);
}

/// Of an operator: by the first parameter that it reads, as MindSpore names it; of one that reads
/// none by its own name, which MindSpore, that writes no such strategy, passes over.
inline std::string strategy_name(const Graph& graph, const Node& node) {
  for (int input : node.inputs) {
    const Node& parameter = graph.nodes[std::size_t(input)];
    if (parameter.kind == Node::Kind::parameter)
      return strategy_name(node.op->name, graph.names[parameter.name]);
  }
  return strategy_name(node.op->name, graph.names[node.name]);
}

}  // namespace detail

/// Layouts and strategies in the network's order (MindSpore's own order is that of a hash table).
/// Of two operators of a kind that share a parameter the last one's strategy is kept, as MindSpore
/// keeps it. The JSON form is to the last byte MindSpore's.
/// @throws Error when no operator reads a parameter: such a file would say nothing.
/// @param stage of a pipeline, whose record this is.
inline StrategyFile strategy_file(const NetworkRecord& record, Index stage = 0) {
  if (record.parameters.empty())
    throw Error("a network without parameters has no strategy file: it would hold no layouts");
  StrategyFile file;
  file.current_stage = 2;  // MindSpore's count when it first saves
  for (const TensorRecord& parameter : record.parameters) {
    file.layouts.push_back({std::string(record.names[parameter.name]), parameter.layout});
    for (const Axes& axes : parameter.layout.tensor_map)
      if (axes.size() > 1) file.layouts.back().has_nested_map = true;
  }
  std::map<std::string, std::size_t> known;
  for (const StrategyRecord& stated : record.strategies) {
    const std::string name = detail::strategy_name(stated.op, record.names[stated.parameter]);
    const auto [at, is_new] = known.emplace(name, file.strategies.size());
    if (is_new) file.strategies.push_back({name, stage, {}});
    file.strategies[at->second].splits = {stated.splits.begin(), stated.splits.end()};
  }
  return file;
}

/// The file of a network of which some operators are told a strategy: of these alone, also of those
/// that read no parameter. The others work where their operands lie, which MindSpore's default
/// would not say. Law: with_strategies(network without strategies, file) is the network.
/// @throws Error where two operators have one name in the file and different strategies.
inline StrategyFile stated_strategy_file(const Graph& graph, Index devices) {
  StrategyFile file = strategy_file(network_record(graph, devices));
  file.strategies.clear();
  std::map<std::string, const Node*> known;
  for (const Node& node : graph.nodes) {
    if (node.kind != Node::Kind::operation) continue;
    const std::string name = detail::strategy_name(graph, node);
    const auto [at, is_new] = known.emplace(name, &node);
    if (!is_new && !(at->second->splits == node.splits))
      throw Error(std::string(graph.names[at->second->name])
                      .append(" and ")
                      .append(graph.names[node.name])
                      .append(" have different strategies, and a strategy file has one name for "
                              "both, ")
                      .append(name)
                      .append("; legal: one strategy for both, or shard() where the network is "
                              "written in C++"));
    if (is_new && node.splits.stated())
      file.strategies.push_back(
          {name, 0, {node.splits.inputs.begin(), node.splits.inputs.end()}});
  }
  return file;
}

/// The graph, whose operators are told the strategies that the file has under their names, instead
/// of their own, and the file's stage of a pipeline; operators that it does not name keep theirs.
/// @throws Error when the file names no operator of the graph, or has another number of splits than
/// the operator has inputs: none where MindSpore's user gave layouts, which an operator here cannot
/// be told.
inline Graph with_strategies(Graph graph, const StrategyFile& file) {
  bool any = false;
  for (Node& node : graph.nodes) {
    if (node.kind != Node::Kind::operation) continue;
    const std::string name = detail::strategy_name(graph, node);
    const StoredStrategy* stored = file.find_strategy(name);
    if (!stored) continue;
    const Index splits = Index(stored->splits.size());
    if (splits != node.inputs.size())
      throw Error(std::string(name).append(" in ").append(file.path).append(": ").append(
          text({Mistake::inputs_without_split, {}, -1, 0, splits, node.inputs.size()},
               graph.names[node.name])));
    node.splits.inputs = {};
    for (const Dims& split : stored->splits) node.splits.inputs.push_back(split);
    node.stage = stored->stage;
    any = true;
  }
  if (!any)
    throw Error(std::string(file.path)
                    .append(" has no strategy of the network's operators, but ")
                    .append(std::to_string(file.strategies.size()))
                    .append(" of others"));
  return graph;
}

}  // namespace tenon
