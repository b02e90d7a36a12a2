// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/cut_weights.hpp>

#include <doctest/doctest.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planner.hpp>

#include "random_network.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct Layers {
  Dense a{"a", 256, 512}, b{"b", 512, 512}, c{"c", 512, 512}, d{"d", 512, 10};
  constexpr auto construct(auto x) const { return d(relu(c(relu(b(relu(a(x))))))); }
};

Dims weight_split(const Graph& graph, std::string_view name) {
  for (const Node& n : graph.nodes)
    if (n.inputs.size() == 2 && graph.names[graph.nodes[std::size_t(n.inputs[1])].name] == name)
      return n.splits.inputs.empty() ? Dims{} : n.splits.inputs[1];
  return {};
}

}  // namespace

TEST_CASE("columns of one product, rows of the next") {
  const Graph graph = cut_weights(trace(Layers{}, {{{8, 256}}}), 4);
  CHECK(weight_split(graph, "a.weight") == Dims{1, 4});
  CHECK(weight_split(graph, "b.weight") == Dims{4, 1});
  CHECK(weight_split(graph, "c.weight") == Dims{1, 4});
  CHECK(weight_split(graph, "d.weight") == Dims{});  // small
  const Plan p = plan(graph, 4);
  REQUIRE(!p.finding);
  CHECK(p.parameters < (256 * 512 + 2 * 512 * 512) + 64 * 1024);  // a quarter of the floats' bytes
  const Graph three = cut_weights(trace(Layers{}, {{{8, 256}}}), 3);
  CHECK(weight_split(three, "a.weight") == Dims{});  // it does not divide
}

TEST_CASE("weights cut in random networks change no answer") {
  int cut = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Index devices = 1 + Index(seed % 8);
    RandomNetwork network(seed, 5, devices);
    for (Node& node : network.graph.nodes) node.splits = {};
    const Graph graph = cut_weights(network.graph, devices, 1);
    for (const Node& node : graph.nodes) cut += node.splits.stated();
    const Plan p = plan(graph, devices);
    REQUIRE(!p.finding);
    Machine machine(view(p), network.parameters);
    machine.run(network.inputs);
    const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
    CHECK(distance(machine.output(0), expected, p.buffer(p.output).distribution.box(0)) < 1e-4);
  }
  CHECK(cut > 100);
}
