// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/stages.hpp>

#include <doctest/doctest.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planned_stages.hpp>
#include <tenon/plan/stage_constant.hpp>
#include <tenon/plan/with_stages.hpp>

#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Four layers in the stages that are said, -1: none; the first one's result is read by the last
/// one again.
struct InStages {
  Dense a{"a", 12, 12}, b{"b", 12, 12}, c{"c", 12, 12}, d{"d", 12, 12};
  constexpr explicit InStages(Index s = -1, Index t = -1, Index u = -1, Index v = -1) {
    a.pipeline_stage = s, b.pipeline_stage = t, c.pipeline_stage = u, d.pipeline_stage = v;
  }
  constexpr auto construct(auto x) const {
    const auto first = relu(a(relu(x)));
    return d(add(relu(c(relu(b(first)))), first));
  }
};
constexpr Graph staged(Index s, Index t, Index u, Index v) {
  return trace(InStages(s, t, u, v), {{{6, 12}}});
}
constexpr Finding finding_of_stages(Index s, Index t, Index u, Index v, Index ranks) {
  return stages_of(staged(s, t, u, v), ranks).finding;
}

/// The stage of the node of that name, the last one where there are several.
Index stage_of_node(const Graph& graph, const Stages& stages, std::string_view name) {
  Index found = -2;
  for (std::size_t id = 0; id < graph.nodes.size(); ++id)
    if (graph.names[graph.nodes[id].name] == name) found = stages.of[id];
  return found;
}

std::string text_of_stages(Index s, Index t, Index u, Index v, Index ranks) {
  return error_of([&] { planned_stages(staged(s, t, u, v), ranks); });
}

}  // namespace

TEST_CASE("an operator without a stage is where its operands are, or where it is read first") {
  const Graph graph = staged(1, -1, 2, -1);
  const Stages s = stages_of(graph, 6);
  REQUIRE(s.finding.mistake == Mistake::stage_left_out);  // the first relu follows its reader
  const Graph named = staged(0, -1, 1, -1);
  const Stages found = stages_of(named, 6);
  CHECK(!found.finding);
  CHECK(found.count == 2);
  CHECK(found.ranks == 3);
  CHECK(stage_of_node(named, found, "a.matmul") == 0);
  CHECK(stage_of_node(named, found, "b.matmul") == 0);
  CHECK(stage_of_node(named, found, "c.add") == 1);
  CHECK(stage_of_node(named, found, "d.matmul") == 1);
  CHECK(stage_of_node(named, found, "d.weight") == -1);
  CHECK(stages_of(staged(-1, -1, -1, -1), 5).count == 1);
}

TEST_CASE("an operator's own stage goes before its layer's") {
  InStages network(0, 0, 0, 0);
  network.d.add.pipeline_stage = 1;
  const Graph graph = trace(network, {{{6, 12}}});
  const Stages s = stages_of(graph, 2);
  CHECK(stage_of_node(graph, s, "d.matmul") == 0);
  CHECK(stage_of_node(graph, s, "d.add") == 1);
}

TEST_CASE("what is wrong with stages is one error with the layer and the numbers") {
  CHECK(text_of_stages(0, 2, 1, 2, 6) ==
        "tenon: illegal pipeline: a layer is in a stage before that of what it reads: c.matmul, "
        "stage: 1, of its operand: 2; legal: stage 2 or a later one");
  CHECK(text_of_stages(0, 0, 2, 2, 6) ==
        "tenon: illegal pipeline: a stage before that of a layer has no layer: c.matmul, stage: 1, "
        "stages: 3; legal: a layer in every stage from 0 to the last");
  CHECK(text_of_stages(1, 1, 1, 1, 6).find("stage: 0, stages: 2") != std::string::npos);
  CHECK(text_of_stages(0, 0, 1, 2, 8) ==
        "tenon: illegal pipeline: the ranks are not a multiple of the stages: d.matmul, ranks: 8, "
        "stages: 3; legal: a multiple of 3 ranks");
  CHECK(text_of_stages(0, 0, 1, 2, 2).find("ranks: 2, stages: 3") != std::string::npos);
  CHECK(text_of_stages(0, 0, 1, -5, 2).find("d.matmul, number: -5") != std::string::npos);
  CHECK(finding_of_stages(0, 1'000'000'000'000, 1'000'000'000'000, 1'000'000'000'000, 2).mistake ==
        Mistake::stage_left_out);
  InStages network(0, 0, 1, 1);
  network.c.matmul.shard({{2, 1}, {1, 4}});
  const Graph graph = trace(network, {{{6, 12}}});
  CHECK(error_of([&] { planned_stages(graph, 8); }).find("c.matmul, cuts over: 8, devices: 4") !=
        std::string::npos);
}

TEST_CASE("what skips a stage is passed on by it, cut as it was made") {
  const Pipeline skipping = planned_stages(staged(0, 1, 2, 2), 6);  // b is in stage 1 alone
  REQUIRE(skipping.stages[1].sent.size() == 2);
  const Crossing& passed = skipping.stages[1].sent[0];
  CHECK(passed.passed == 0);
  CHECK(passed.lies == skipping.stages[0].sent[0].lies);
  CHECK(skipping.stages[2].received.size() == 2);
  const Index second = (passed.bytes(0) + 63) / 64 * 64;  // where the other block begins
  CHECK(skipping.stages[1].bytes_sent_on(0) ==
        second + skipping.stages[1].sent[1].bytes(0));
  CHECK(skipping.name(passed.name) == skipping.name(skipping.stages[0].sent[0].name));
}

TEST_CASE("layers are put into stages by the names of their parameters") {
  Graph graph = with_stages(staged(-1, -1, -1, -1), {{"a", 0}, {"b", 1}, {"d.weight", 2}});
  const Stages s = stages_of(graph, 6);
  CHECK(!s.finding);
  CHECK(s.count == 3);
  CHECK(stage_of_node(graph, s, "a.matmul") == 0);
  CHECK(stage_of_node(graph, s, "b.matmul") == 1);
  CHECK(stage_of_node(graph, s, "c.add") == 1);
  CHECK(stage_of_node(graph, s, "d.matmul") == 2);
  CHECK(error_of([&] { with_stages(graph, {{"a", 0}, {"e", 1}}); }) ==
        "tenon: the layer e is put into stage 1, but no operator reads a parameter of it");
  CHECK(error_of([&] { with_stages(graph, {{"a.wei", 0}}); }).find("no operator") !=
        std::string::npos);
  CHECK(error_of([&] { with_stages(graph, {{"a", -1}}); }) ==
        "tenon: the layer a is put into stage -1; legal: 0 or more");
}

TEST_CASE("the constant plan of a stage is the one that is made at run time") {
  struct Constant : InStages {
    constexpr explicit Constant(Index ranks) : InStages(0, 1, 2, 2) {
      if (ranks == 6) b.matmul.shard({{1, 1}, {1, 2}}), d.matmul.shard({{1, 2}, {2, 1}});
    }
  };
  const Pipeline p = planned_stages(trace(Constant(6), {{{6, 12}}}), 6);
  CHECK(equal(p.stages[0].plan, stage_plan_of<Constant, 0, Devices<6>, Input<6, 12>>));
  CHECK(equal(p.stages[1].plan, stage_plan_of<Constant, 1, Devices<6>, Input<6, 12>>));
  CHECK(equal(p.stages[2].plan, stage_plan_of<Constant, 2, Devices<6>, Input<6, 12>>));
  static_assert(stage_plan_of<Constant, 2, Devices<6>, Input<6, 12>>.devices == 2);
  static_assert(stage_count<Constant, Input<6, 12>>(6) == 3);
}
