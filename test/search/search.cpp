// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/search/machines.hpp>
#include <tenon/search/search.hpp>

#include "../../examples/network.hpp"
#include "../plan/random_network.hpp"
#include "brute_force.hpp"
#include "small_networks.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("the search finds the cheapest of all strategies, each planned by the planner") {
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 250; ++seed) {
    SmallNetwork network(seed);
    const Graph graph = network.make();
    REQUIRE(!graph.finding);
    const tenon::Machine machine = network.machine();
    const Index counts[] = {2, 3, 4, 6, 8};
    const Index devices = counts[network.draw(5)];
    SearchOptions options;
    if (seed % 5 == 0) options.plan.output = PlanOptions::Output::as_computed;
    if (seed % 5 == 1) options.plan.output = PlanOptions::Output::rows;
    if (seed % 7 == 0) options.plan.inputs = {whole(graph.nodes[0].shape).cut(0, {{devices, 1}})};
    if (seed % 11 == 0) options.bytes_worth_a_strategy = 0;  // every operator
    if (ways_in_all(graph, devices, options) > 3000) continue;
    ++tried;
    CAPTURE(seed);
    CAPTURE(devices);
    const Searched found = search(graph, devices, machine, options);
    REQUIRE(!found.finding);
    CHECK(found.exact);
    CHECK(planned_cost(found.apply(graph), devices, machine, options.plan) == found.cost);
    CHECK(found.cost == least_of_all(graph, devices, machine, options));
  }
  CHECK(tried > 150);
}

TEST_CASE("where a sum waits for its reader, all ways of the reader are tried") {
  struct Layers {
    Dense first{"first", 4096, 8}, second{"second", 8, 4096};
    constexpr Value construct(Value x) const { return second(relu(first(x))); }
  };
  tenon::Machine machine{.flops = 1e9, .memory_rate = 1e9};
  machine.inside = {1e-7, 0, 1e10};
  const Graph graph = trace(Layers{}, {{{2, 4096}}});
  SearchOptions options;
  options.plan.output = PlanOptions::Output::as_computed;
  const Searched found = search(graph, 4, machine, options);
  CHECK(found.cost == least_of_all(graph, 4, machine, options));
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    if (graph.names[graph.nodes[id].name] == "first.matmul")
      CHECK(found.splits[id] == Splits{{1, 4}, {4, 1}});
    if (graph.names[graph.nodes[id].name] == "second.matmul")
      CHECK(found.splits[id] == Splits{{1, 1}, {1, 4}});
  }
}

TEST_CASE("what the search thinks that a plan costs is what its plan costs") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Index counts[] = {1, 2, 3, 4, 6, 8};
    const Index devices = counts[seed % 6];
    RandomNetwork network(seed, 8, devices);  // some operators have random strategies
    SmallNetwork chance(seed);
    const tenon::Machine machine = chance.machine();
    CAPTURE(seed);
    SearchOptions options;
    options.beam = 50;
    const Searched found = search(network.graph, devices, machine, options);
    REQUIRE(!found.finding);
    CHECK(planned_cost(found.apply(network.graph), devices, machine) == found.cost);
    for (std::size_t id = 0; id < network.graph.nodes.size(); ++id)
      if (network.graph.nodes[id].splits.stated())
        CHECK(found.splits[id] == network.graph.nodes[id].splits);
  }
}

TEST_CASE(
    "within a limit of memory the search finds the cheapest that fits, or says what is short") {
  int limited = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SmallNetwork network(seed);
    const Graph graph = network.make();
    tenon::Machine machine = network.machine();
    const Index devices = 4;
    SearchOptions options;
    if (ways_in_all(graph, devices, options) > 600) continue;
    const Searched free = search(graph, devices, machine);
    const Index peak = plan(free.apply(graph), devices).peak_memory();
    for (const double share : {.95, .8, .5, .1}) {
      machine.memory = double(peak) * share;
      CAPTURE(seed);
      CAPTURE(share);
      const Picoseconds least = least_of_all(graph, devices, machine, options);
      const Searched found = search(graph, devices, machine);
      if (least < 0) {
        CHECK(found.finding.mistake == Mistake::memory_too_small);
        CHECK(double(found.finding.first) > machine.memory);
        CHECK(found.finding.second == Index(machine.memory));
        continue;
      }
      ++limited;
      REQUIRE(!found.finding);
      const Plan p = plan(found.apply(graph), devices);
      CHECK(double(p.peak_memory()) <= machine.memory);
      CHECK(plan_cost(p, machine).total() == least);
    }
  }
  CHECK(limited > 20);
}

TEST_CASE("the tutorial's network: never dearer than without strategies or with the tutorial's") {
  for (const NamedMachine& one : machines)
    for (Index devices : {1, 2, 3, 4, 6, 8, 16}) {
      Graph graph = trace(Network(devices), {{{32, 28, 28}}});
      const Picoseconds own = planned_cost(graph, devices, one.machine);
      for (Node& n : graph.nodes) n.splits = {};
      const Searched found = search(graph, devices, one.machine);
      CAPTURE(devices);
      CHECK(found.exact);
      CHECK(found.cost <= own);
      CHECK(found.cost <= planned_cost(graph, devices, one.machine));
      CHECK(planned_cost(found.apply(graph), devices, one.machine) == found.cost);
    }
}

TEST_CASE("a strategy that no result can extend is found with its layer and numbers") {
  struct Layers {
    Dense first{"first", 64, 32}, second{"second", 32, 8};
    constexpr Value construct(Value x) const { return second(relu(first(x))); }
  };
  Layers network;
  network.second.matmul.shard({{1, 3}, {3, 1}});
  const Graph graph = trace(network, {{{16, 64}}});
  const Searched found = search(graph, 8, CpuNode::machine);
  CHECK(text(found.finding, graph.names[found.finding.where]) ==
        "illegal strategy: the devices are not a multiple of those that it cuts over: "
        "second.matmul, cuts over: 3, devices: 8; legal: strategies whose product divides 8");
  CHECK(!search(graph, 6, CpuNode::machine).finding);
}

TEST_CASE("where MindSpore's refusals are wanted, only what it takes is found") {
  int refused_otherwise = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SmallNetwork network(seed);
    const Graph graph = network.make();
    const tenon::Machine machine = network.machine();
    const Index counts[] = {3, 6, 4};
    const Index devices = counts[seed % 3];
    CAPTURE(seed);
    SearchOptions options;
    options.plan.strict = true;
    if (ways_in_all(graph, devices, options) > 1000) continue;
    const Searched free = search(graph, devices, machine);
    refused_otherwise += planned_cost(free.apply(graph), devices, machine, options.plan) < 0;
    for (SearchMode mode : {SearchMode::dynamic_programming, SearchMode::recursive_programming}) {
      options.mode = mode;
      const Searched found = search(graph, devices, machine, options);
      REQUIRE(!found.finding);
      CHECK(planned_cost(found.apply(graph), devices, machine, options.plan) == found.cost);
      if (found.exact) CHECK(found.cost == least_of_all(graph, devices, machine, options));
    }
  }
  CHECK(refused_otherwise > 5);
}

TEST_CASE("options of a plan that the search does not know are refused") {
  struct Layers {
    Dense first{"first", 64, 32};
    constexpr Value construct(Value x) const { return first(x); }
  };
  const Graph graph = trace(Layers{}, {{{16, 64}}});
  SearchOptions options;
  options.plan.mindspore = true;
  CHECK_THROWS_AS(search(graph, 4, CpuNode::machine, options), Error);
  options.plan = {.stay = true};
  CHECK_THROWS_AS(search(graph, 4, CpuNode::machine, options), Error);
}

TEST_CASE("a narrow search within a limit of memory says no more than it has looked at") {
  int found_some = 0, unknown = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SmallNetwork network(seed);
    const Graph graph = network.make();
    tenon::Machine machine = network.machine();
    SearchOptions options;
    if (ways_in_all(graph, 4, options) > 600) continue;
    const Index peak = plan(search(graph, 4, machine).apply(graph), 4).peak_memory();
    for (const double share : {.8, .5, .1}) {
      machine.memory = double(peak) * share;
      const Picoseconds least = least_of_all(graph, 4, machine, options);
      for (const SearchMode mode :
           {SearchMode::dynamic_programming, SearchMode::recursive_programming})
        for (const std::size_t beam : {1, 2, 6}) {
          CAPTURE(seed);
          CAPTURE(share);
          CAPTURE(beam);
          options.beam = beam;
          options.mode = mode;
          const Searched found = search(graph, 4, machine, options);
          if (found.finding) {
            if (found.finding.mistake == Mistake::memory_too_small) CHECK(least < 0);
            else CHECK(found.finding.mistake == Mistake::nothing_found_fits);
            unknown += found.finding.mistake == Mistake::nothing_found_fits && least >= 0;
            continue;
          }
          ++found_some;
          const Plan p = plan(found.apply(graph), 4);
          CHECK(double(p.peak_memory()) <= machine.memory);
          CHECK(plan_cost(p, machine).total() == found.cost);
          CHECK((found.exact ? found.cost == least : found.cost >= least));
        }
    }
  }
  CHECK(found_some > 20);
  CHECK(unknown > 0);
}
