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
  Name name{};      // the node's, in the pipeline's letters

  /// Of this local rank's block.
  constexpr Index bytes(Index rank) const { return volume(lies.box(rank)) * tenon::bytes(element); }
  friend constexpr bool operator==(const Crossing&, const Crossing&) = default;
};

/// Where a rank's blocks of all that crosses lie in its one message: one behind the other, each on
/// the border of a cache line.  visit(number of the crossing, byte where its block begins)
/// @return bytes of the message.
constexpr Index for_each_place(const List<Crossing>& crossings, Index rank, auto&& visit) {
  Index end = 0;
  for (std::size_t i = 0; i < crossings.size(); ++i) {
    const Index place = (end + 63) / 64 * 64;
    visit(i, place);
    if (const Index own = crossings[i].bytes(rank)) end = place + own;
  }
  return end;
}

struct StagePlan {
  Plan plan;
  List<int> inputs;  // which of the network's the plan's are; behind them what is received
  List<Crossing> received, sent;  // from the stage before, to the next

  /// What a rank sends to the next stage in a forward: one message, or none where its blocks are
  /// empty. Law: what MPI is asked to send (test/run/pipeline.cpp).
  constexpr Index bytes_sent_on(Index local_rank) const {
    return for_each_place(sent, local_rank, [](std::size_t, Index) {});
  }
  constexpr Index messages_sent_on(Index local_rank) const { return bytes_sent_on(local_rank) > 0; }
  /// Of the rank for which it is most.
  constexpr Index bytes_sent_on() const {
    Index most = 0;
    for (Index rank = 0; rank < plan.devices; ++rank)
      if (const Index own = bytes_sent_on(rank); own > most) most = own;
    return most;
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

/// Those of the whole network, as one stage has them; without what it receives.
constexpr PlanOptions options_of_stage(const StageGraph& part, PlanOptions options, bool is_last) {
  const auto given = options.inputs;
  options.inputs = {};
  for (int input : part.inputs)
    if (input < given.size()) options.inputs.push_back(given[input]);
  if (!is_last) options.output = PlanOptions::Output::as_computed;
  return options;
}

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
  options = options_of_stage(part, options, is_last);
  options.received = {lies.data(), lies.size()};
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
      stage.sent.push_back(
          {node, received[i].lies, received[i].element, -1, int(i), received[i].name});
      continue;
    }
    const int buffer = made ? p.further[made - 1] : p.output;
    ++made;
    const Node& n = whole.nodes[std::size_t(node)];
    stage.sent.push_back({node, p.buffer(buffer).distribution, n.element, buffer, -1, n.name});
  }
  return stage;
}

}  // namespace detail

/// The plans of all stages, or the finding that forbids them.
/// @param ranks of all stages together.
/// @param options of every stage: how the network's inputs are given over the ranks of a stage, and
/// what the last stage's ranks get of the outputs.
/// @param loaded plans of the same network whose parameters are there, and stay as they are cut.
constexpr Pipeline plan_stages(const Graph& graph, Index ranks, const PlanOptions& options = {},
                               const Pipeline* loaded = nullptr) {
  const Stages stages = stages_of(graph, ranks);
  Pipeline all{{}, stages.finding, stages.finding.where, graph.names.letters, stages.ranks};
  if (graph.finding) all.finding = graph.finding, all.where = graph.finding.where;
  List<Crossing> received;
  for (Index s = 0; s < stages.count && !all.finding; ++s) {
    PlanOptions how = options;
    const bool is_loaded = loaded && s < Index(loaded->stages.size());
    const PlanView kept = is_loaded ? view(loaded->stages[std::size_t(s)].plan) : PlanView();
    how.parameters_of = is_loaded ? &kept : nullptr;
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
