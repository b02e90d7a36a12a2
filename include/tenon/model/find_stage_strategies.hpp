// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies found while the program runs, also for a network in pipeline stages, each of which is
/// searched by itself for its own ranks:
///   graph = find_stage_strategies(graph, 8, CpuNode::machine, mode).apply(graph);
#include <tenon/search/find_strategies.hpp>
#include <tenon/search/search_stages.hpp>

namespace tenon {

inline bool any_stated(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) { return node.splits.stated(); });
}

/// A stage without any strategy has nothing to propagate from, where others have: all of it is
/// searched (dynamic_programming).
/// @param ranks of all stages. @param options of the plan.
/// @throws Error with what is wrong with a strategy, the stages, the machine or their numbers.
inline Searched find_stage_strategies(const Graph& graph, Index ranks, const Machine& machine,
                                      SearchMode mode, const PlanOptions& options = {}) {
  const Searched found = search_stages(
      graph, ranks, options, [&](const Graph& part, Index own, const PlanOptions& of_stage) {
        SearchOptions how;
        how.mode = mode;
        how.plan = of_stage;
        if (mode == SearchMode::sharding_propagation && !any_stated(part) && any_stated(graph))
          how.mode = SearchMode::dynamic_programming;
        return find_strategies(part, own, machine_of_stage(machine, own, ranks), how);
      });
  if (found.finding) throw Error(text(found.finding, graph.names[found.finding.where]));
  return found;
}

}  // namespace tenon
