// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies for a pipeline, found stage by stage, each for its own ranks, by a search that knows
/// one stage:
///   search_stages(graph, 8, options, [&](const Graph& part, Index ranks, const PlanOptions& how) {
///     return search(part, ranks, machine, {.plan = how});
///   })
#include <numeric>

#include <tenon/core/sentence.hpp>
#include <tenon/plan/stage_plan.hpp>
#include <tenon/search/machine.hpp>

namespace tenon {

/// The machine as one of the stages has it, which all work at once: its share of the processors of
/// a node. Stages that neither fill nodes nor fit into them are priced as if each node had only as
/// many ranks as begin both a stage and a node: not cheaper than they are.
/// @param own ranks of a stage. @param ranks of all stages.
constexpr Machine machine_of_stage(Machine machine, Index own, Index ranks) {
  if (own == ranks) return machine;
  const Index node = machine.node_ranks < ranks ? machine.node_ranks : ranks;
  const Index part = std::gcd(node, own);
  if (ranks > machine.node_ranks) machine.node_ranks = part;
  if (machine.processors < node)
    machine.processors = machine.processors * part > node ? machine.processors * part / node : 1;
  return machine;
}

namespace detail {

/// Options in which what a stage receives stands behind its other inputs, as it lies.
constexpr PlanOptions options_with_received(const StageGraph& part, Index stage,
                                            const Graph& whole, const List<Crossing>& received,
                                            PlanOptions options, bool is_last) {
  options = options_of_stage(part, options, is_last);
  if (part.inputs.size() + part.read.size() > 4)  // as many as PlanOptions::inputs has room for
    throw Error(sentence("stage ", stage, " reads ", part.inputs.size() + part.read.size(),
                         " inputs and tensors of others: strategies are found for at most 4"));
  for (std::size_t i = std::size_t(options.inputs.size()); i < part.inputs.size(); ++i)
    options.inputs.push_back(
        tenon::whole(whole.nodes[std::size_t(whole.inputs[std::size_t(part.inputs[i])])].shape));
  for (int node : part.read)
    for (const Crossing& crossing : received)
      if (crossing.node == node) options.inputs.push_back(crossing.lies);
  return options;
}

}  // namespace detail

/// What `find` finds for each stage, as one answer for the whole network: its cost is the sum of
/// the stages', without what goes between them. The stages before decide first, so that of several
/// stages it is not called exact.
/// @param find find(graph, ranks, options), a Searched of a machine_of_stage.
/// @param ranks of all stages together. @param options as of plan_stages.
constexpr auto search_stages(const Graph& graph, Index ranks, const PlanOptions& options,
                             auto&& find) {
  decltype(find(graph, ranks, options)) all{};
  const Stages stages = stages_of(graph, ranks);
  for (const Node& node : graph.nodes) all.splits.push_back(node.splits);
  all.finding = graph.finding ? graph.finding : stages.finding;
  List<Crossing> received;
  for (Index s = 0; s < stages.count && !all.finding; ++s) {
    const bool is_last = s + 1 == stages.count;
    StageGraph part(graph, stages, s);
    const auto found =
        find(part.graph, stages.ranks,
             detail::options_with_received(part, s, graph, received, options, is_last));
    all.finding = found.finding;
    if (found.finding) return all;
    all.cost = plus(all.cost, found.cost);
    all.exact = all.exact && found.exact && stages.count == 1;
    part.graph = found.apply(std::move(part.graph));
    for (std::size_t id = 0; id < part.nodes.size(); ++id)
      all.splits[std::size_t(part.nodes[id])] = part.graph.nodes[id].splits;
    StagePlan made = detail::plan_stage(part, graph, received, is_last, stages.ranks, options);
    all.finding = made.plan.finding;
    all.finding.where = made.plan.where;
    received = std::move(made.sent);
  }
  return all;
}

}  // namespace tenon
