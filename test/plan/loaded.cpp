// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/planner.hpp>

#include "laws.hpp"
#include "random_network.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a network whose parameters are loaded in other layouts gives one rank's numbers too") {
  int moved = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    for (const Index devices : {2, 4, 6}) {
      CAPTURE(seed);
      CAPTURE(devices);
      RandomNetwork network(seed, 8, devices);
      Graph other = network.graph;  // the same without strategies
      for (Node& n : other.nodes) n.splits = {};
      const Plan lender = plan(network.graph, devices);
      REQUIRE(!lender.finding);
      const PlanView loaded = view(lender);
      PlanOptions options;
      options.parameters_of = &loaded;
      const Plan p = plan(other, devices, options);
      REQUIRE(!p.finding);
      CHECK(broken_law(view(p)) == "");
      for (const Step& step : p.steps)
        moved += step.kind == Step::Kind::exchange &&
                 p.buffer(step.inputs[0]).place == Buffer::Place::parameter;
      const Whole expected = evaluate(other, network.inputs, network.parameters);
      Machine machine(view(p), network.parameters);
      machine.run(network.inputs);
      for (Index rank = 0; rank < devices; ++rank)
        CHECK(distance(machine.output(rank), expected,
                       p.buffer(p.output).distribution.box(rank)) < 1e-4);
    }
  CHECK(moved > 50);
}
