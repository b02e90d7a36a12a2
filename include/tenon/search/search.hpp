// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies found by search:
///   Searched found = search(graph, 8, machine);  plan(found.apply(graph), 8)
/// An ordinary function that also runs in the compiler (search/auto.hpp).
/// MindSpore: auto_parallel, search_mode.
#include <tenon/plan/planner.hpp>
#include <tenon/search/modes.hpp>
#include <tenon/search/plain_ways.hpp>
#include <tenon/search/plan_cost.hpp>

namespace tenon {

namespace detail {

/// The cheapest of the states that have a plan which fits the memory, or none.
constexpr const FrontierState* fitting(const Problem& problem, const Frontier& frontier,
                                       Index& least) {
  if (problem.layouts.machine().memory > 1e18) return &frontier.states[0];
  for (const FrontierState& state : frontier.states) {
    Index peak = state.parameter_bytes;  // at least
    if (double(peak) <= problem.layouts.machine().memory) {
      const Plan made = plan(with_ways(problem, frontier.ways_of(state)), problem.layouts.devices(),
                             problem.options);
      if (made.finding) continue;
      peak = made.peak_memory();
    }
    if (least == 0 || peak < least) least = peak;
    if (double(peak) <= problem.layouts.machine().memory) return &state;
  }
  return nullptr;
}

/// The operator whose parameters are largest: where memory is short.
constexpr Name largest_reader(const Graph& graph) {
  Name name;
  Index most = -1;
  for (const Node& n : graph.nodes) {
    Index bytes_read = 0;
    for (int input : n.inputs) {
      const Node& x = graph.nodes[std::size_t(input)];
      if (x.kind == Node::Kind::parameter) bytes_read += product(x.shape) * bytes(x.element);
    }
    if (n.kind == Node::Kind::operation && bytes_read > most) most = bytes_read, name = n.name;
  }
  return name;
}

constexpr double combinations(const Problem& problem) {
  double all = 1;
  for (const SearchNode& node : problem.nodes)
    all *= node.candidates.empty() ? 1 : double(node.candidates.size());
  return all;
}

constexpr Finding nothing_fixed(const Graph& graph) {
  Index operators = 0;
  for (const Node& n : graph.nodes) {
    if (n.splits.stated()) return {};
    operators += n.kind == Node::Kind::operation;
  }
  return {Mistake::nothing_to_propagate, {}, -1, 0, operators, 0};
}

constexpr List<int> ways_of_mode(Problem& problem, const SearchOptions& options) {
  switch (options.mode) {
    case SearchMode::recursive_programming: return recursive_ways(problem, options);
    case SearchMode::sharding_propagation: return propagated_ways(problem);
    case SearchMode::dynamic_programming: break;
  }
  return all_ways(problem, any_way);
}

constexpr Searched searched(const Problem& problem, const Frontier& frontier,
                            const FrontierState& state, bool exact) {
  Searched found{{}, state.cost, exact, {}};
  const List<int> ways = frontier.ways_of(state);
  for (std::size_t id = 0; id < ways.size(); ++id)
    found.splits.push_back(splits_of_way(problem, int(id), ways[id]));
  return found;
}

}  // namespace detail

/// Operators that have a strategy keep it. What is found is the cheapest by plan_cost of all that
/// the options allow, if `exact`: always where no state of the search had to be left out, on up to
/// 64 devices.
/// Law: plan_cost(plan(found.apply(graph), devices, options.plan), machine).total() == found.cost.
/// Law: in every mode, what is found is no dearer than the network as it is given, every operator
/// on all ranks, rows over all ranks, and cut_weights, of those that fit the memory.
/// Where the cheapest does not fit the memory, all are looked at if they are no more than the beam;
/// of more, by the parameters' bytes, and then it is not known to be the cheapest that fits.
/// Of strategies that cost the same it takes the one with the smallest parameters, then the first.
/// Finding: what is wrong with a strategy that is there, with the device count, or that nothing
/// fits the machine's memory; nothing_found_fits where not all was looked at.
/// Cost: at most options.steps, of half a microsecond each, and the prices between layouts;
/// memory options.bytes, and 1 KiB for each layout that an operator may want.
constexpr Searched search(const Graph& graph, Index devices, const Machine& machine,
                          const SearchOptions& options = {}) {
  if (graph.finding) return {{}, 0, true, graph.finding};
  detail::Problem problem(graph, devices, machine, options.plan);
  detail::add_ways(problem, options);
  if (problem.finding) return {{}, 0, true, problem.finding};
  const bool is_exact = options.mode == SearchMode::dynamic_programming;
  if (options.mode == SearchMode::sharding_propagation)
    if (const Finding nothing = detail::nothing_fixed(graph)) return {{}, 0, true, nothing};
  const List<int> ways = detail::ways_of_mode(problem, options);
  detail::FrontierBounds bounds = detail::bounds_of(problem, options);
  detail::Frontier frontier = detail::walk(problem, ways, bounds);
  Searched best;
  Index least = 0;
  bool any = false, all_seen = false;
  frontier.states.resize(1);  // of the others, the cheapest that fits may have been left out
  if (const detail::FrontierState* state = detail::fitting(problem, frontier, least)) {
    const bool exact = is_exact && problem.all_ways_there && frontier.exact();
    best = detail::searched(problem, frontier, *state, exact), any = true;
  } else if (is_exact) {
    const bool all = detail::combinations(problem) <= double(bounds.beam);
    bounds.merging = all ? detail::Merging::nothing : detail::Merging::by_memory;
    bounds.parameter_bytes = machine.memory;
    const detail::Frontier within = detail::walk(problem, ways, bounds);
    const bool whole = problem.all_ways_there && within.exact();
    if (const detail::FrontierState* found = detail::fitting(problem, within, least))
      best = detail::searched(problem, within, *found, all && whole), any = true;
    all_seen = whole && (all || within.states.empty());
    const Index left = within.least_left();
    if (left > 0 && (least == 0 || left < least)) least = left;
  }
  if (any && best.exact) return best;
  for (const List<int>& plain : detail::plain_ways(problem, options)) {
    const detail::Frontier one = detail::walk(problem, plain, {.beam = 1});
    if (any && one.states[0].cost >= best.cost) continue;
    if (const detail::FrontierState* state = detail::fitting(problem, one, least))
      best = detail::searched(problem, one, *state, false), any = true;
  }
  if (any) return best;
  return {{},
          0,
          true,
          {all_seen ? Mistake::memory_too_small : Mistake::nothing_found_fits,
           detail::largest_reader(graph), -1, 0, least, Index(machine.memory)}};
}

}  // namespace tenon
