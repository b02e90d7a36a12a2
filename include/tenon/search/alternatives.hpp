// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What other strategies would cost:
///   alternatives(graph, 8, machine, options, found)[id]: of one operator, the others staying
///   ranking(graph, 8, machine, 10): the ten cheapest of the whole network
#include <tenon/search/search.hpp>

namespace tenon {

/// Of one operator: its strategy (not stated: none), and then the whole network's cost.
struct Alternative {
  Splits splits;
  Picoseconds cost = 0;
};

/// Of each node all its ways, the cheapest first; of an operator without a choice, and of what is
/// no operator, none.
constexpr List<List<Alternative>> alternatives(const Graph& graph, Index devices,
                                               const Machine& machine, const SearchOptions& options,
                                               const Searched& found) {
  detail::Problem problem(graph, devices, machine, options.plan);
  detail::add_ways(problem, options);
  List<int> ways = detail::all_ways(problem, 0);
  for (std::size_t id = 0; id < ways.size(); ++id)
    for (std::size_t way = 0; way < problem.nodes[id].candidates.size(); ++way)
      if (problem.nodes[id].candidates[way].splits == found.splits[id]) ways[id] = int(way);
  List<List<Alternative>> all(ways.size());
  for (std::size_t id = 0; id < ways.size(); ++id) {
    const List<detail::Candidate>& candidates = problem.nodes[id].candidates;
    if (candidates.size() < 2) continue;
    const int taken = ways[id];
    for (std::size_t way = 0; way < candidates.size(); ++way) {
      ways[id] = int(way);
      all[id].push_back({candidates[way].splits, detail::cost_of_ways(problem, ways)});
    }
    ways[id] = taken;
    detail::stable_sort(all[id], [](const auto& a, const auto& b) { return a.cost < b.cost; });
  }
  return all;
}

/// The `count` cheapest of all strategies, the cheapest first.
/// @throws Error where there are more than a million.
constexpr List<Searched> ranking(const Graph& graph, Index devices, const Machine& machine,
                                 std::size_t count, const SearchOptions& options = {}) {
  detail::Problem problem(graph, devices, machine, options.plan);
  detail::add_ways(problem, options);
  if (problem.finding) throw Error(text(problem.finding, graph.names[problem.finding.where]));
  Index in_all = 1;
  for (const detail::SearchNode& node : problem.nodes)
    if (node.candidates.size() > 1 && in_all <= 1000000) in_all *= Index(node.candidates.size());
  if (in_all > 1000000) throw Error("more than a million strategies cannot be ranked");
  struct Ranked {
    Picoseconds cost;
    List<int> ways;
  };
  List<Ranked> best;
  List<int> ways = detail::all_ways(problem, 0);
  for (;;) {
    const Picoseconds cost = detail::cost_of_ways(problem, ways);
    if (best.size() < count || cost < best.back().cost) {
      if (best.size() == count) best.resize(count - 1);
      best.push_back({cost, ways});
      for (std::size_t i = best.size() - 1; i > 0 && best[i].cost < best[i - 1].cost; --i)
        std::swap(best[i], best[i - 1]);
    }
    std::size_t id = ways.size();
    while (id > 0 && std::size_t(++ways[id - 1]) >= problem.nodes[id - 1].candidates.size())
      ways[--id] = 0;
    if (id == 0) break;
  }
  List<Searched> all;
  for (const Ranked& one : best) {
    Searched found{{}, one.cost, true, {}};
    for (std::size_t id = 0; id < one.ways.size(); ++id)
      found.splits.push_back(detail::splits_of_way(problem, int(id), one.ways[id]));
    all.push_back(found);
  }
  return all;
}

}  // namespace tenon
