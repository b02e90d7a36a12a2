// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's two quick ways to find strategies: by halving, and from what the user fixed.
/// MindSpore: auto_parallel/rec_core; graph_costmodel.cc (sharding propagation).
#include <tenon/search/known_walk.hpp>
#include <tenon/search/ways.hpp>

namespace tenon::detail {

/// Parts of the devices that an operator's way is cut over.
constexpr Index devices_used(const Problem& problem, int id, const Splits& splits) {
  const Arrangement a = arrange(problem.equation(id, splits), splits, problem.layouts.devices());
  return a.finding ? 0 : problem.layouts.devices() / a.repeats;
}

/// Whether `splits` are those before with one cut made finer by `factor`, or none.
constexpr bool goes_on(const Splits& splits, const Splits& before, Index used, Index used_before,
                       Index factor) {
  if (used != used_before && used != used_before * factor) return false;
  for (int i = 0; i < before.inputs.size(); ++i)
    for (int d = 0; d < before.inputs[i].size(); ++d)
      if (splits.inputs[i][d] % before.inputs[i][d]) return false;
  return true;
}

/// Operators with a choice, those with most operations first.
constexpr List<int> by_weight(const Problem& problem) {
  List<int> ids;
  List<double> weights(problem.nodes.size());
  for (int id = 0; id < int(problem.nodes.size()); ++id) {
    if (problem.nodes[std::size_t(id)].candidates.size() < 2) continue;
    const Node& n = problem.node(id);
    weights[std::size_t(id)] =
        work_of(*n.op, n.attributes, problem.graph.operands(n).shapes,
                Vector<Index, 4>::filled(n.inputs.size(), 1), n.shape, bytes(n.element))
            .operations;
    ids.push_back(id);
  }
  stable_sort(ids, [&](int a, int b) { return weights[std::size_t(a)] > weights[std::size_t(b)]; });
  return ids;
}

/// Takes the way of one operator that costs least beside those that are taken already.
/// @param priced whose costs are compared; of those that cost the same there, `in_all`
constexpr void take_best(Problem& problem, KnownWalk& priced, KnownWalk& in_all, int id,
                         auto&& allowed) {
  int best = -1;
  Picoseconds least = 0, least_in_all = 0;
  for (int way = 0; way < int(problem.of(id).candidates.size()); ++way) {
    if (!allowed(problem.of(id).candidates[std::size_t(way)])) continue;
    const Picoseconds cost = priced.cost_with(id, way);
    if (best >= 0 && cost > least) continue;
    const Picoseconds all = &in_all == &priced ? cost : in_all.cost_with(id, way);
    if (best >= 0 && cost == least && all >= least_in_all) continue;
    best = way, least = cost, least_in_all = all;
  }
  priced.take(id, best < 0 ? 0 : best);
  in_all.take(id, best < 0 ? 0 : best);
}

/// The prime factors of the devices, the largest first.
constexpr Vector<Index, 64> prime_factors(Index devices) {
  Vector<Index, 64> factors;
  for (Index p = 2; devices > 1; ++p) {
    if (p * p > devices) p = devices;
    for (; devices % p == 0; devices /= p) factors.insert(0, p);
  }
  return factors;
}

/// Beyond 64 devices only strategies over all of them are candidates: what an operator had over
/// fewer is one too, so that it does not lose it where nothing can be cut finer.
constexpr void add_had(Problem& problem, int id, const Splits& had) {
  if (!had.stated()) return;
  for (const Candidate& c : problem.of(id).candidates)
    if (c.splits == had) return;
  add_stated(problem, id, had);
}

/// One round: each operator cuts one letter into `factor` parts more, or none.
/// @param chosen the strategies of the round before, and then of this one
constexpr List<int> round_of_cuts(Problem& problem, List<Splits>& chosen, Index factor) {
  KnownWalk walk(problem, all_ways(problem, no_way_yet));
  for (int id : by_weight(problem)) {
    Splits& own = chosen[std::size_t(id)];
    const Splits had = own;
    add_had(problem, id, had);
    const Index used = had.stated() ? devices_used(problem, id, had) : 1;
    const auto allowed = [&](const Candidate& c) {
      return c.splits.stated() &&
             goes_on(c.splits, had, devices_used(problem, id, c.splits), used, factor);
    };
    take_best(problem, walk, walk, id, allowed);
    own = splits_of_way(problem, id, walk.ways()[std::size_t(id)]);
  }
  return walk.ways();
}

/// A round for each prime factor of the devices: operator by operator, the largest first, each
/// takes what is cheapest beside those that have chosen in this round. Strategies of the user's are
/// looked at in the last one, where all devices are there.
/// @param problem of all devices. @return ways of it.
constexpr List<int> recursive_ways(Problem& problem, const SearchOptions& options) {
  List<Splits> chosen(problem.nodes.size());
  const Vector<Index, 64> factors = prime_factors(problem.layouts.devices());
  Graph free = problem.graph;
  for (Node& n : free.nodes) n.splits = {};
  PlanOptions anywhere;
  anywhere.output = PlanOptions::Output::as_computed;
  Index devices = 1;
  for (int round = 0; round + 1 < factors.size(); ++round) {
    devices *= factors[round];
    Problem smaller(free, devices, problem.layouts.machine(), anywhere);
    add_ways(smaller, options);
    round_of_cuts(smaller, chosen, factors[round]);
  }
  if (factors.empty()) return all_ways(problem, 0);
  for (std::size_t id = 0; id < chosen.size(); ++id)
    if (problem.graph.nodes[id].splits.stated()) chosen[id] = {};
  return round_of_cuts(problem, chosen, factors.back());
}

/// Operators with a choice, those nearest to one that has a strategy first; none where none has.
constexpr List<int> from_the_fixed(const Problem& problem) {
  const Graph& graph = problem.graph;
  List<int> found, reached;
  List<bool> seen(graph.nodes.size());
  const auto reach = [&](int id) {
    if (seen[std::size_t(id)] || problem.is_parameter(id)) return;
    seen[std::size_t(id)] = true;
    reached.push_back(id);
    if (problem.nodes[std::size_t(id)].candidates.size() > 1) found.push_back(id);
  };
  for (int id = 0; id < int(graph.nodes.size()); ++id)
    if (graph.nodes[std::size_t(id)].splits.stated()) reach(id);
  List<List<int>> readers(graph.nodes.size());
  for (int id = 0; id < int(graph.nodes.size()); ++id)
    for (int input : graph.nodes[std::size_t(id)].inputs) readers[std::size_t(input)].push_back(id);
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const int id = reached[i];
    for (int input : graph.nodes[std::size_t(id)].inputs) reach(input);
    for (int reader : readers[std::size_t(id)]) reach(reader);
  }
  return found;
}

/// From the operators that have a strategy outwards, each takes the way over all devices that moves
/// least; what cannot be reached works without a strategy.
constexpr List<int> propagated_ways(Problem& problem) {
  const List<int> none = all_ways(problem, no_way_yet);
  KnownWalk moving(problem, none, false), in_all(problem, none);
  for (int id : from_the_fixed(problem))
    take_best(problem, moving, in_all, id, [&](const Candidate& c) {
      return c.splits.stated() &&
             devices_used(problem, id, c.splits) == problem.layouts.devices();
    });
  List<int> ways = moving.ways();
  for (int& way : ways)
    if (way == no_way_yet) way = 0;
  return ways;
}

}  // namespace tenon::detail
