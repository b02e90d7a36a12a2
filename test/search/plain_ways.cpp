// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <numeric>

#include "../plan/random_network.hpp"
#include "brute_force.hpp"
#include "small_networks.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Strategies that anybody would try first: none, the whole on every rank, rows, cut weights.
/// Operators that have one keep it.
std::vector<Graph> plain_graphs(const Graph& graph, Index devices) {
  std::vector<Graph> all{graph, graph, graph, cut_weights(graph, devices)};
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    const Node& n = graph.nodes[id];
    if (n.kind != Node::Kind::operation || !n.op->batch_parallel || n.splits.stated()) continue;
    for (int input : n.inputs)
      all[1].nodes[id].splits.inputs.push_back(
          Dims::filled(graph.nodes[std::size_t(input)].shape.size(), 1));
    const Dims& x = graph.nodes[std::size_t(n.inputs[0])].shape;
    all[2].nodes[id].splits = all[1].nodes[id].splits;
    all[2].nodes[id].splits.inputs[0][0] = x[0] >= devices ? devices : std::gcd(x[0], devices);
    const bool batches = n.op == &MatMul::info &&
                         graph.nodes[std::size_t(n.inputs[1])].shape.size() == n.shape.size() &&
                         n.shape.size() > 2;
    if (batches || n.attributes.integers[0]) all[2].nodes[id].splits = {};  // rows are elsewhere
  }
  return all;
}

}  // namespace

TEST_CASE("whatever had to be left out, what is found is no dearer than what needs no search") {
  int narrow_alone_was_dearer = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Index counts[] = {2, 3, 4, 6, 8, 100};
    const Index devices = counts[seed % 6];
    SmallNetwork small(seed);
    RandomNetwork random(seed, 8, devices);
    Graph graph = seed % 2 ? random.graph : small.make();
    const tenon::Machine machine = small.machine();
    CAPTURE(seed);
    CAPTURE(devices);
    Picoseconds least = -1;
    for (const Graph& plain : plain_graphs(graph, devices)) {
      const Picoseconds cost = planned_cost(plain, devices, machine);
      REQUIRE(cost >= 0);
      least = least < 0 || cost < least ? cost : least;
    }
    SearchOptions options;
    options.beam = 1;
    for (const SearchMode mode :
         {SearchMode::dynamic_programming, SearchMode::recursive_programming,
          SearchMode::sharding_propagation}) {
      options.mode = mode;
      const Searched found = search(graph, devices, machine, options);
      if (mode == SearchMode::sharding_propagation && found.finding) continue;
      REQUIRE(!found.finding);
      CHECK(found.cost <= least);
      CHECK(planned_cost(found.apply(graph), devices, machine) == found.cost);
    }
    tenon::detail::Problem problem(graph, devices, machine, options.plan);
    tenon::detail::add_ways(problem, options);
    const List<int> ways = tenon::detail::all_ways(problem, tenon::detail::any_way);
    narrow_alone_was_dearer +=
        tenon::detail::walk(problem, ways, {.beam = 1}).states[0].cost > least;
  }
  CHECK(narrow_alone_was_dearer > 5);
}
