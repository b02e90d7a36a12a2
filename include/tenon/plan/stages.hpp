// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which stage of a pipeline each operator of a network is in:
///   layer1.pipeline_stage = 0;  layer2.pipeline_stage = 1;
///   Stages s = stages_of(trace(network, ...), 8);   s.count == 2, s.ranks == 4
/// MindSpore: pipeline_stage of a cell, pipeline_transformer.
#include <tenon/network/graph.hpp>

namespace tenon {

/// Whether a layer says a pipeline stage other than the first.
constexpr bool has_stages(const Graph& graph) {
  for (const Node& node : graph.nodes)
    if (node.stage > 0 || node.stage < -1) return true;
  return false;
}

struct Stages {
  Finding finding;
  Index count = 1, ranks = 1;  // of each stage
  List<Index> of;              // of each node: an operation's stage; -1 of inputs and parameters
};

namespace detail {

/// As it was said; else the last one of the operands. -1: neither says one.
constexpr Finding follow_operands(const Graph& graph, List<Index>& of) {
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    const Node& n = graph.nodes[id];
    of[id] = -1;
    if (n.kind != Node::Kind::operation) continue;
    for (int input : n.inputs)
      if (of[std::size_t(input)] > of[id]) of[id] = of[std::size_t(input)];
    if (n.stage == -1) continue;
    if (n.stage < 0) return {Mistake::number_too_small, n.name, -1, 0, n.stage, 0};
    if (n.stage < of[id]) return {Mistake::stage_goes_back, n.name, -1, 0, n.stage, of[id]};
    of[id] = n.stage;
  }
  return {};
}

/// What nothing before it says is in the first stage that reads it.
constexpr void follow_readers(const Graph& graph, List<Index>& of) {
  List<bool> open(of.size());
  for (std::size_t id = of.size(); id-- > 0;) {
    const Node& n = graph.nodes[id];
    if (n.kind != Node::Kind::operation) continue;
    if (of[id] < 0) of[id] = 0, open[id] = true;
    for (int input : n.inputs) {
      const std::size_t x = std::size_t(input);
      if (graph.nodes[x].kind != Node::Kind::operation || (of[x] >= 0 && !open[x])) continue;
      if (of[x] < 0 || of[id] < of[x]) of[x] = of[id];
      open[x] = true;
    }
  }
}

}  // namespace detail

/// Every node's stage. Findings: a stage before that of an operand, a stage left out, ranks that
/// are not a multiple of the stages (more stages than ranks, too).
/// @param ranks of all stages together.
constexpr Stages stages_of(const Graph& graph, Index ranks) {
  Stages s{{}, 1, ranks, List<Index>(graph.nodes.size())};
  s.finding = detail::follow_operands(graph, s.of);
  if (s.finding) return s;
  detail::follow_readers(graph, s.of);
  Name last;  // the first layer of the last stage
  for (std::size_t id = 0; id < s.of.size(); ++id)
    if (s.of[id] >= s.count) s.count = s.of[id] + 1, last = graph.nodes[id].name;
  for (Index stage = 1; stage < s.count && !s.finding; ++stage) {
    std::size_t first = s.of.size();  // of the stage before, or of the next one that has a layer
    for (std::size_t id = 0; id < s.of.size(); ++id)
      if (s.of[id] >= stage - 1 && (first == s.of.size() || s.of[id] < s.of[first])) first = id;
    if (s.of[first] >= stage)
      s.finding = {Mistake::stage_left_out, graph.nodes[first].name, -1, 0, stage - 1, s.count};
  }
  if (!s.finding && (ranks < 1 || ranks % s.count))
    s.finding = {Mistake::stages_do_not_divide, last, -1, 0, ranks, s.count};
  s.ranks = s.finding ? ranks : ranks / s.count;
  return s;
}

}  // namespace tenon
