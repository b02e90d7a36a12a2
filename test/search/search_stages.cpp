// SPDX-License-Identifier: Apache-2.0
#include <tenon/search/search_stages.hpp>

#include <doctest/doctest.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planned_stages.hpp>
#include <tenon/search/machines.hpp>
#include <tenon/search/search.hpp>

using namespace tenon;

namespace {

/// Two stages of two wide layers; the first one's result is read in the second stage.
struct Wide {
  Dense a{"a", 256, 256}, b{"b", 256, 256}, c{"c", 256, 256}, d{"d", 256, 256};
  constexpr explicit Wide(bool first_is_fixed = false) {
    a.pipeline_stage = b.pipeline_stage = 0, c.pipeline_stage = d.pipeline_stage = 1;
    if (first_is_fixed) a.matmul.shard({{2, 1}, {1, 2}});
  }
  constexpr auto construct(auto x) const {
    const auto first = relu(a(x));
    return d(relu(add(c(relu(b(first))), first)));
  }
};

}  // namespace

TEST_CASE("law: the cost of what is found for stages is that of their plans; a stage by itself") {
  constexpr tenon::Machine machine = CpuNode::machine;
  const auto find = [&](const Graph& part, Index ranks, const PlanOptions& how) {
    SearchOptions options;
    options.plan = how;
    return search(part, ranks, machine, options);
  };
  const auto total = [&](const Pipeline& p) {
    Picoseconds cost = 0;
    for (const StagePlan& stage : p.stages) cost += plan_cost(stage.plan, machine).total();
    return cost;
  };
  for (const bool fixed : {false, true})
    for (const Index ranks : {2, 4, 8}) {
      if (fixed && ranks < 8) continue;  // it is for four ranks a stage
      CAPTURE(ranks);
      const Graph graph = trace(Wide(fixed), {{{64, 256}}});
      const Searched found = search_stages(graph, ranks, {}, find);
      REQUIRE(!found.finding);
      const Pipeline p = planned_stages(found.apply(graph), ranks);
      CHECK(found.cost == total(p));
      CHECK(!found.exact);  // stages before decide first
      if (!fixed) CHECK(found.cost <= total(planned_stages(graph, ranks)));
      for (std::size_t id = 0; fixed && id < graph.nodes.size(); ++id)
        if (graph.nodes[id].splits.stated()) CHECK(found.splits[id] == graph.nodes[id].splits);
    }
  Graph one = trace(Wide(), {{{64, 256}}});
  for (Node& node : one.nodes) node.stage = -1;
  CHECK(search_stages(one, 4, {}, find).splits == search(one, 4, machine).splits);
  CHECK(search_stages(one, 4, {}, find).cost == search(one, 4, machine).cost);
  CHECK(search_stages(trace(Wide(), {{{64, 256}}}), 3, {}, find).finding.mistake ==
        Mistake::stages_do_not_divide);
  CHECK(search_stages(trace(Wide(true), {{{64, 256}}}), 2, {}, find).finding);
}

TEST_CASE("a stage has its share of a node's processors, and is on no fewer nodes than it is on") {
  const auto on = [](Index node_ranks, Index processors, Index own, Index ranks) {
    tenon::Machine machine;
    machine.node_ranks = node_ranks, machine.processors = processors;
    const tenon::Machine m = machine_of_stage(machine, own, ranks);
    return std::pair(m.node_ranks, m.turns(own));
  };
  CHECK(on(8, 2, 8, 8) == std::pair(Index(8), Index(4)));   // one stage
  CHECK(on(8, 2, 4, 8).second == 4);                        // two stages of 4 on 2 processors
  CHECK(on(8, 8, 4, 8).second == 1);
  CHECK(on(8, 8, 16, 32) == std::pair(Index(8), Index(1)));  // two nodes for each stage
  CHECK(on(8, 8, 6, 24) == std::pair(Index(2), Index(1)));   // ranks 6 to 11 are on two nodes
  CHECK(on(8, 4, 6, 24) == std::pair(Index(2), Index(2)));
  CHECK(on(Index(1) << 40, Index(1) << 40, 6, 24) == std::pair(Index(1) << 40, Index(1)));
}
