// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies that need no search. What a search finds is compared with them, so that one that had
/// to leave plans out is never dearer:
///   plain_ways(problem, options): none; all on every rank; rows over all ranks; cut_weights
#include <tenon/plan/cut_weights.hpp>
#include <tenon/search/ways.hpp>

namespace tenon::detail {

/// The way with these splits; 0, the operator's own or none, where it is not allowed.
constexpr int way_with(Problem& problem, int id, const Splits& splits,
                       const CandidateOptions& allowed) {
  const List<Candidate>& known = problem.of(id).candidates;
  for (std::size_t way = 0; way < known.size(); ++way)
    if (known[way].splits == splits) return int(way);
  if (allowed.equal_blocks || allowed.all_devices || add_stated(problem, id, splits)) return 0;
  return int(known.size()) - 1;
}

/// Operators that have a strategy keep it in all of them.
constexpr List<List<int>> plain_ways(Problem& problem, const SearchOptions& options) {
  const Index devices = problem.layouts.devices();
  const Graph weights = cut_weights(problem.graph, devices);
  const List<int> none = all_ways(problem, 0);
  List<List<int>> all{none, none, none, none};
  for (int id = 0; id < int(none.size()); ++id) {
    if (problem.of(id).candidates.size() < 2) continue;
    const Node& n = problem.node(id);
    const Operands o = problem.graph.operands(n, devices);
    const Equation e = problem.equation(id, {});
    const Splits ways[] = {splits_of(e, {}, {}), batch_parallel(e, o, devices, true),
                           weights.nodes[std::size_t(id)].splits};
    for (std::size_t i = 0; i < 3; ++i)
      all[i + 1][std::size_t(id)] = way_with(problem, id, ways[i], options.candidates);
  }
  return all;
}

}  // namespace tenon::detail
