// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/search/alternatives.hpp>

#include "../plan/random_network.hpp"
#include "small_networks.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// The same from the first node on.
Picoseconds walked_cost(tenon::detail::Problem& problem, const List<int>& ways) {
  return tenon::detail::walk(problem, ways, {.beam = 1}).states[0].cost;
}

}  // namespace

TEST_CASE("a walk that begins where a way matters costs what a walk from the beginning costs") {
  int looked_at = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Index counts[] = {2, 3, 4, 6, 8};
    const Index devices = counts[seed % 5];
    RandomNetwork random(seed, 8, devices);
    SmallNetwork small(seed);
    Graph graph = seed % 3 ? random.graph : small.make();
    if (seed % 2)
      for (Node& n : graph.nodes) n.splits = {};
    const tenon::Machine machine = small.machine();
    SearchOptions options;
    options.bytes_worth_a_strategy = 0;
    tenon::detail::Problem problem(graph, devices, machine, options.plan);
    tenon::detail::add_ways(problem, options);
    REQUIRE(!problem.finding);
    // Some ways are not known yet, as where a mode has not come there.
    List<int> ways = tenon::detail::all_ways(problem, seed % 4 ? 0 : tenon::detail::no_way_yet);
    tenon::detail::KnownWalk walk(problem, ways);
    CAPTURE(seed);
    REQUIRE(walk.cost() == walked_cost(problem, ways));
    for (int step = 0; step < 12; ++step) {
      const std::size_t id = std::size_t(small.draw(Index(ways.size())));
      const Index count = Index(problem.nodes[id].candidates.size());
      if (count < 2) continue;
      const int own = ways[id];
      for (int way = 0; way < count; ++way) {
        ways[id] = way;
        CHECK(walk.cost_with(int(id), way) == walked_cost(problem, ways));
        ++looked_at;
      }
      ways[id] = own;
      CHECK(walk.cost() == walked_cost(problem, ways));
      ways[id] = int(small.draw(count));
      walk.take(int(id), ways[id]);
      CHECK(walk.cost() == walked_cost(problem, ways));
      CHECK(walk.ways() == ways);
    }
  }
  CHECK(looked_at > 2000);
}

TEST_CASE("alternatives of an operator are what the planner makes of them") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SmallNetwork network(seed);
    const Graph graph = network.make();
    const tenon::Machine machine = network.machine();
    CAPTURE(seed);
    const Searched found = search(graph, 4, machine);
    const auto all = alternatives(graph, 4, machine, {}, found);
    for (std::size_t id = 0; id < all.size(); ++id)
      for (const Alternative& one : all[id]) {
        Graph cut = found.apply(graph);
        cut.nodes[id].splits = one.splits;
        CHECK(plan_cost(plan(cut, 4), machine).total() == one.cost);
      }
  }
}
