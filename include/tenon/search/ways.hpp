// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What may be searched for, and what is found:
///   SearchOptions{.mode = SearchMode::sharding_propagation};   Searched::apply(graph)
#include <tenon/search/frontier.hpp>
#include <tenon/search/mode.hpp>
#include <tenon/search/problem_ways.hpp>

namespace tenon {

struct SearchOptions {
  SearchMode mode = SearchMode::dynamic_programming;
  PlanOptions plan{};  // how inputs are given and what is wanted of the output
  CandidateOptions candidates{};
  /// Strategies are tried for products, and for what reads as many bytes of a parameter; the others
  /// work where their operands lie. 0: for every operator.
  Index bytes_worth_a_strategy = 65536;
  std::size_t beam = 20000;  // plans that are followed at once; where there are more, the cheapest
  Index bytes = Index(1) << 28;  // of memory for them; where it is short, fewer
  Index steps = 5'000'000;   // of operators in one of their ways; where it is short, fewer at once
};

struct Searched {
  List<Splits> splits;  // of each node of the graph; not stated: it works where its operands lie
  Picoseconds cost = 0;
  bool exact = true;  // nothing that the options allow is cheaper
  Finding finding{};

  /// The graph with these strategies.
  constexpr Graph apply(Graph graph) const {
    for (std::size_t id = 0; id < splits.size() && id < graph.nodes.size(); ++id)
      graph.nodes[id].splits = splits[id];
    return graph;
  }
  /// Another graph of the same network, of another batch, whose operators have the same names.
  /// @param searched the graph that was searched
  constexpr Graph apply(Graph graph, const Graph& searched) const {
    const bool alike = graph.nodes.size() == searched.nodes.size();
    for (std::size_t id = 0; id < splits.size(); ++id) {
      const Node& n = searched.nodes[id];
      if (n.kind != Node::Kind::operation || !splits[id].stated()) continue;
      for (std::size_t i = alike ? id : 0; i < graph.nodes.size(); ++i) {
        Node& other = graph.nodes[i];
        if (other.op == n.op && graph.names[other.name] == searched.names[n.name])
          other.splits = splits[id];
        if (alike) break;
      }
    }
    return graph;
  }
};

namespace detail {

/// Whether strategies are tried for an operator that has none.
constexpr bool is_searched(const Graph& graph, const Node& n, const SearchOptions& options) {
  if (n.op->batch_parallel || options.bytes_worth_a_strategy == 0) return true;
  for (int input : n.inputs) {
    const Node& x = graph.nodes[std::size_t(input)];
    if (x.kind == Node::Kind::parameter &&
        product(x.shape) * bytes(x.element) >= options.bytes_worth_a_strategy)
      return true;
  }
  return false;
}

constexpr bool alike(const Placed& a, const Placed& b) {
  return a.inputs == b.inputs && a.output == b.output && a.summed == b.summed;
}

/// The ways of every operator: its own strategy; or where it works without one, then all others.
constexpr void add_ways(Problem& problem, const SearchOptions& options) {
  count_readers(problem);
  CandidateOptions allowed = options.candidates;
  allowed.all_devices = allowed.all_devices || problem.layouts.devices() > 64;
  for (int id = 0; id < int(problem.nodes.size()) && !problem.finding; ++id) {
    const Node& n = problem.node(id);
    if (n.kind != Node::Kind::operation) continue;
    look_at_equation(problem, id);
    if (n.splits.stated()) {
      problem.finding = add_stated(problem, id, n.splits);
      problem.finding.where = n.name;
      continue;
    }
    add_unstated(problem, id);
    if (!is_searched(problem.graph, n, options)) continue;
    if (allowed.all_devices && !options.candidates.all_devices) problem.all_ways_there = false;
    const Operands o = problem.graph.operands(n, problem.layouts.devices());
    for (const Splits& splits : candidates(*n.op, o, n.shape, problem.layouts.devices(), allowed)) {
      List<Candidate>& known = problem.of(id).candidates;
      if (add_stated(problem, id, splits)) continue;
      for (std::size_t i = 0; i + 1 < known.size(); ++i)
        if (!known[i].follows && alike(known[i].placed, known.back().placed)) {
          known.resize(known.size() - 1);
          break;
        }
    }
  }
}

constexpr List<int> all_ways(const Problem& problem, int way) {
  List<int> ways(problem.nodes.size());
  for (std::size_t id = 0; id < ways.size(); ++id)
    ways[id] = problem.nodes[id].candidates.size() > 1 ? way : 0;
  return ways;
}

/// As many plans at once as the options allow: also in steps, if each were tried with every way of
/// every operator. 64 at least.
constexpr FrontierBounds bounds_of(const Problem& problem, const SearchOptions& options) {
  Index ways = 1;
  for (const SearchNode& node : problem.nodes)
    ways += node.candidates.empty() ? 1 : Index(node.candidates.size());
  const Index fit = options.steps / ways < 64 ? 64 : options.steps / ways;
  return {Index(options.beam) < fit ? options.beam : std::size_t(fit), options.bytes};
}

/// The plans of these ways, the cheapest first.
constexpr Frontier walk(Problem& problem, const List<int>& ways, const FrontierBounds& bounds) {
  Frontier frontier(problem, ways, bounds);
  for (int id = 0; id < int(problem.nodes.size()); ++id) frontier.visit(id);
  frontier.finish();
  return frontier;
}

constexpr Splits splits_of_way(const Problem& problem, int id, int way) {
  const List<Candidate>& known = problem.nodes[std::size_t(id)].candidates;
  return known.empty() || way < 0 ? Splits() : known[std::size_t(way)].splits;
}
constexpr Graph with_ways(const Problem& problem, const List<int>& ways) {
  Graph graph = problem.graph;
  for (std::size_t id = 0; id < ways.size(); ++id)
    graph.nodes[id].splits = splits_of_way(problem, int(id), ways[id]);
  return graph;
}

}  // namespace detail

}  // namespace tenon
