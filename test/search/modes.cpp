// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/search/machines.hpp>
#include <tenon/search/search.hpp>

#include "small_networks.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

SearchOptions by(SearchMode mode) {
  SearchOptions options;
  options.mode = mode;
  return options;
}

}  // namespace

TEST_CASE("halving and propagation give legal plans that cost no less than the best") {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SmallNetwork network(seed);
    Graph graph = network.make();
    const tenon::Machine machine = network.machine();
    const Index counts[] = {2, 3, 4, 6, 8};
    const Index devices = counts[seed % 5];
    CAPTURE(seed);
    const Picoseconds least = search(graph, devices, machine).cost;
    const Searched halved = search(graph, devices, machine, by(SearchMode::recursive_programming));
    REQUIRE(!halved.finding);
    CHECK(!halved.exact);
    CHECK(halved.cost >= least);
    const Plan p = plan(halved.apply(graph), devices);
    REQUIRE(!p.finding);
    CHECK(plan_cost(p, machine).total() == halved.cost);
    for (Node& n : graph.nodes)
      if (n.op == &MatMul::info) {
        n.splits = {{1, 1}, {1, 1}};
        break;
      }
    const Searched spread = search(graph, devices, machine, by(SearchMode::sharding_propagation));
    REQUIRE(!spread.finding);
    CHECK(spread.cost >= search(graph, devices, machine).cost);
    CHECK(plan_cost(plan(spread.apply(graph), devices), machine).total() == spread.cost);
  }
}

TEST_CASE("halving cuts every product over all devices, where nothing is dear but computing") {
  struct Layers {
    Dense first{"first", 512, 512}, second{"second", 512, 512};
    constexpr Value construct(Value x) const { return second(relu(first(x))); }
  };
  tenon::Machine machine;
  machine.flops = 1e9;
  const Graph graph = trace(Layers{}, {{{64, 512}}});
  for (Index devices : {2, 8, 12}) {
    const Searched found = search(graph, devices, machine, by(SearchMode::recursive_programming));
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
      if (graph.nodes[id].op != &MatMul::info) continue;
      const Splits& s = found.splits[id];
      CHECK(s.inputs[0][0] * s.inputs[0][1] * s.inputs[1][1] == devices);
    }
  }
}

TEST_CASE("halving keeps what an operator had where it cannot be cut over all devices") {
  struct Layers {
    Dense first{"first", 8, 2}, second{"second", 2, 8};
    constexpr Value construct(Value x) const { return second(relu(first(x))); }
  };
  tenon::Machine machine;
  machine.flops = 1e3;
  const Graph graph = trace(Layers{}, {{{4, 8}}});
  for (Index devices : {64, 128, 192}) {
    const Searched found = search(graph, devices, machine, by(SearchMode::recursive_programming));
    REQUIRE(!found.finding);
    CAPTURE(devices);
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
      if (graph.nodes[id].op != &MatMul::info) continue;
      const Splits& s = found.splits[id];
      REQUIRE(s.stated());
      // 4 * 8 * 2 elements of each letter; of 192, three parts first
      CHECK(s.inputs[0][0] * s.inputs[0][1] * s.inputs[1][1] >= (devices == 192 ? 24 : 64));
    }
    CHECK(plan_cost(plan(found.apply(graph), devices), machine).total() == found.cost);
  }
}

TEST_CASE(
    "from a product cut by columns, propagation cuts the next one by rows: nothing is moved") {
  struct Layers {
    Dense first{"first", 512, 512}, second{"second", 512, 16};
    constexpr Layers() { first.matmul.shard({{1, 1}, {1, 4}}); }
    constexpr Value construct(Value x) const { return second(relu(first(x))); }
  };
  const Graph graph = trace(Layers{}, {{{64, 512}}});
  const Searched found = search(graph, 4, CpuNode::machine, by(SearchMode::sharding_propagation));
  for (std::size_t id = 0; id < graph.nodes.size(); ++id)
    if (graph.names[graph.nodes[id].name] == "second.matmul")
      CHECK(found.splits[id] == Splits{{1, 4}, {4, 1}});
}

TEST_CASE("propagation without an operator that has a strategy is refused") {
  struct Layers {
    Dense first{"first", 8, 8};
    constexpr Value construct(Value x) const { return first(x); }
  };
  const Graph graph = trace(Layers{}, {{{4, 8}}});
  CHECK(search(graph, 4, CpuNode::machine, by(SearchMode::sharding_propagation)).finding.mistake ==
        Mistake::nothing_to_propagate);
}
