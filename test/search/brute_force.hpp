// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Every plan of a small network, each planned by the planner and priced:
///   least_of_all(graph, 4, machine, options) == search(graph, 4, machine, options).cost
#include <vector>

#include <tenon/search/search.hpp>

namespace tenon::test {

/// What a graph's plan costs, by the planner; -1 where it is refused.
inline Picoseconds planned_cost(const Graph& graph, Index devices, const tenon::Machine& machine,
                                const PlanOptions& options = {}) {
  const Plan p = plan(graph, devices, options);
  return p.finding ? -1 : plan_cost(p, machine).total();
}

/// The strategies of each operator that is searched: none, and all.
inline std::vector<std::vector<Splits>> choices_of(const Graph& graph, Index devices,
                                                   const SearchOptions& options) {
  std::vector<std::vector<Splits>> choices;
  for (const Node& n : graph.nodes) {
    choices.push_back({n.splits});
    if (n.kind != Node::Kind::operation || n.splits.stated() ||
        !tenon::detail::is_searched(graph, n, options))
      continue;
    for (const Splits& s :
         candidates(*n.op, graph.operands(n, devices), n.shape, devices, options.candidates))
      choices.back().push_back(s);
  }
  return choices;
}

/// The least cost of all plans within a limit of memory; -1 where none is.
inline Picoseconds least_of_all(Graph graph, Index devices, const tenon::Machine& machine,
                                const SearchOptions& options) {
  const auto choices = choices_of(graph, devices, options);
  std::vector<std::size_t> at(choices.size(), 0);
  Picoseconds least = -1;
  for (;;) {
    for (std::size_t i = 0; i < at.size(); ++i) graph.nodes[i].splits = choices[i][at[i]];
    const Plan p = plan(graph, devices, options.plan);
    const Picoseconds cost = p.finding ? -1 : plan_cost(p, machine).total();
    if (cost >= 0 && double(p.peak_memory()) <= machine.memory && (least < 0 || cost < least))
      least = cost;
    std::size_t i = 0;
    while (i < at.size() && ++at[i] == choices[i].size()) at[i++] = 0;
    if (i == at.size()) return least;
  }
}

inline Index ways_in_all(const Graph& graph, Index devices, const SearchOptions& options) {
  Index ways = 1;
  for (const auto& choices : choices_of(graph, devices, options)) ways *= Index(choices.size());
  return ways;
}

}  // namespace tenon::test
