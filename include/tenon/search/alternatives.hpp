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
    if (problem.nodes[id].candidates.size() > 1)
      detail::add_had(problem, int(id), found.splits[id]);
  for (std::size_t id = 0; id < ways.size(); ++id)
    for (std::size_t way = 0; way < problem.nodes[id].candidates.size(); ++way)
      if (problem.nodes[id].candidates[way].splits == found.splits[id]) ways[id] = int(way);
  detail::KnownWalk walk(problem, ways);
  List<List<Alternative>> all(ways.size());
  for (std::size_t id = 0; id < ways.size(); ++id) {
    const List<detail::Candidate>& candidates = problem.nodes[id].candidates;
    if (candidates.size() < 2) continue;
    for (std::size_t way = 0; way < candidates.size(); ++way)
      all[id].push_back({candidates[way].splits, walk.cost_with(int(id), int(way))});
    detail::stable_sort(all[id], [](const auto& a, const auto& b) { return a.cost < b.cost; });
  }
  return all;
}

namespace detail {

/// Combination `number` of the ways of all operators, the last one's fastest.
constexpr List<int> ways_of_number(const Problem& problem, Index number) {
  List<int> ways = all_ways(problem, 0);
  for (std::size_t id = ways.size(); id-- > 0;) {
    const Index count = Index(problem.nodes[id].candidates.size());
    if (count > 1) ways[id] = int(number % count), number /= count;
  }
  return ways;
}

}  // namespace detail

/// The `count` cheapest of all strategies, the cheapest first.
/// @param apart only those that cost so much more than the one before: 0.05 for 5 %; of those that
/// cost the same, and with 0 too, the first in the order of their ways
/// @throws Error where there are more than a million.
constexpr List<Searched> ranking(const Graph& graph, Index devices, const Machine& machine,
                                 std::size_t count, const SearchOptions& options = {},
                                 double apart = 0) {
  detail::Problem problem(graph, devices, machine, options.plan);
  detail::add_ways(problem, options);
  if (problem.finding) throw Error(text(problem.finding, graph.names[problem.finding.where]));
  if (detail::combinations(problem) > 1e6)
    throw Error("more than a million strategies cannot be ranked");
  struct Ranked {
    Picoseconds cost;
    Index number;
  };
  List<Ranked> all;
  detail::KnownWalk walk(problem, detail::ways_of_number(problem, 0));
  for (Index number = 0; number < Index(detail::combinations(problem)); ++number) {
    const List<int> ways = detail::ways_of_number(problem, number);
    for (std::size_t id = 0; id < ways.size(); ++id) walk.take(int(id), ways[id]);
    all.push_back({walk.cost(), number});
  }
  detail::stable_sort(all, [](const Ranked& a, const Ranked& b) { return a.cost < b.cost; });
  List<Searched> best;
  for (const Ranked& one : all) {
    if (best.size() == count) break;
    const bool near = !best.empty() && double(one.cost) <= double(best.back().cost) * (1 + apart);
    if (near) continue;
    Searched found{{}, one.cost, true, {}};
    const List<int> ways = detail::ways_of_number(problem, one.number);
    for (std::size_t id = 0; id < ways.size(); ++id)
      found.splits.push_back(detail::splits_of_way(problem, int(id), ways[id]));
    best.push_back(found);
  }
  return best;
}

}  // namespace tenon
