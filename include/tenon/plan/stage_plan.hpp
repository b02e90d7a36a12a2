// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plans of a pipeline's stages, each over its own ranks, and what goes from each to the next:
///   Pipeline p = plan_stages(trace(network, {{{32, 28, 28}}}), 8);
///   p.stages[1].plan.devices == 4, p.stages[1].received[0].lies
/// Stage s of S is ranks s * P/S to (s + 1) * P/S - 1. Each rank sends its block to the same local
/// rank of the next stage, cut as the sending stage left it; the receiving stage redistributes. A
/// partial sum is added up before it is sent.
/// MindSpore: pipeline_transformer (Send, Receive: same local rank, the layout is the sender's).
#include <tenon/plan/planner.hpp>
#include <tenon/plan/stage_graph.hpp>

namespace tenon {

/// A tensor between two stages.
struct Crossing {
  int node = -1;  // of the whole network
  Distribution lies;
  Element element = Element::float32;
  int buffer = -1;  // of the stage's plan: the input that it comes to, or the output that it leaves
  int passed = -1;  // of one that is sent but not made here: which of those received

  /// Of this local rank's block.
  constexpr Index bytes(Index rank) const { return volume(lies.box(rank)) * tenon::bytes(element); }
  friend constexpr bool operator==(const Crossing&, const Crossing&) = default;
};

struct StagePlan {
  Plan plan;
  List<int> inputs;  // which of the network's the plan's are; behind them what is received
  List<Crossing> received, sent;  // from the stage before, to the next

  /// What a rank sends to the next stage, in a forward.
  constexpr Index bytes_sent_on(Index local_rank) const {
    Index n = 0;
    for (const Crossing& crossing : sent) n += crossing.bytes(local_rank);
    return n;
  }
};

struct Pipeline {
  List<StagePlan> stages;  // up to the first one with a finding
  Finding finding;
  Name where;  // in `letters`
  List<char> letters;
  Index ranks = 1;  // of a stage

  constexpr std::string_view name(Name name) const {
    return std::string_view(letters.data(), letters.size())
        .substr(std::size_t(name.first), std::size_t(name.count));
  }
};

namespace detail {

constexpr StagePlan plan_stage(const StageGraph& part, const Graph& whole,
                               const List<Crossing>& received, bool is_last, Index ranks,
                               PlanOptions options) {
  const auto find = [&](int node) {
    std::size_t i = 0;
    while (i < received.size() && received[i].node != node) ++i;
    return i;
  };
  List<Distribution> lies;
  for (int node : part.read) lies.push_back(received[find(node)].lies);
  const auto given = options.inputs;
  options.inputs = {};
  for (int input : part.inputs)
    if (input < given.size()) options.inputs.push_back(given[input]);
  options.received = {lies.data(), lies.size()};
  if (!is_last) options.output = PlanOptions::Output::as_computed;
  StagePlan stage{plan(part.graph, ranks, options), part.inputs, received, {}};
  const Plan& p = stage.plan;
  if (p.finding) return stage;
  for (Crossing& crossing : stage.received) crossing.buffer = crossing.passed = -1;
  for (std::size_t i = 0; i < part.read.size(); ++i)
    stage.received[find(part.read[i])].buffer = p.inputs[part.inputs.size() + i];
  int made = 0;
  for (int node : part.sent) {
    const std::size_t i = find(node);
    if (i < received.size()) {
      stage.sent.push_back({node, received[i].lies, received[i].element, -1, int(i)});
      continue;
    }
    const int buffer = made ? p.further[made - 1] : p.output;
    ++made;
    stage.sent.push_back(
        {node, p.buffer(buffer).distribution, whole.nodes[std::size_t(node)].element, buffer, -1});
  }
  return stage;
}

}  // namespace detail

/// The plans of all stages, or the finding that forbids them.
/// @param ranks of all stages together.
/// @param options of every stage: how the network's inputs are given over the ranks of a stage, and
/// what the last stage's ranks get of the outputs.
/// @param own the stage whose parameters are loaded, as options.parameters_of says; -1: none.
constexpr Pipeline plan_stages(const Graph& graph, Index ranks, const PlanOptions& options = {},
                               Index own = -1) {
  const Stages stages = stages_of(graph, ranks);
  Pipeline all{{}, stages.finding, stages.finding.where, graph.names.letters, stages.ranks};
  if (graph.finding) all.finding = graph.finding, all.where = graph.finding.where;
  List<Crossing> received;
  for (Index s = 0; s < stages.count && !all.finding; ++s) {
    PlanOptions how = options;
    if (s != own) how.parameters_of = nullptr;
    all.stages.push_back(detail::plan_stage(StageGraph(graph, stages, s), graph, received,
                                            s + 1 == stages.count, stages.ranks, how));
    const StagePlan& made = all.stages.back();
    received = made.sent;
    all.finding = made.plan.finding;
    all.where = made.plan.where;
  }
  return all;
}

}  // namespace tenon
