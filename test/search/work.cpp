// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/operators.hpp>
#include <tenon/search/machines.hpp>
#include <tenon/search/search.hpp>

using namespace tenon;

TEST_CASE("what picks from a table reads what it picks, each operand at its own element's size") {
  const Work rows = work_of(Gather::info, {{0}, {}}, {{1000, 64}, {8, 7}}, {4, 8}, {8, 7, 64}, 4);
  CHECK(rows.bytes == 2 * 8 * 7 * 64 * 4 + 8 * 7 * 8);
  CHECK(rows.operations == 8 * 7 * 64);
  const Work all = work_of(Gather::info, {{0}, {}}, {{2, 64}, {8, 7}}, {4, 4}, {8, 7, 64}, 4);
  CHECK(all.bytes == 2 * 64 * 4 + 8 * 7 * 4 + 8 * 7 * 64 * 4);  // a small table is read once
  const Work part = work_of(StridedSlice::info, {}, {{1000, 64}}, {4}, {10, 64}, 4);
  CHECK(part.bytes == 2 * 10 * 64 * 4);
  const Work sum = work_of(Add::info, {}, {{6, 7}, {6, 7}}, {4, 4}, {6, 7}, 4);
  CHECK(sum.bytes == 3 * 6 * 7 * 4);
}

TEST_CASE("a lookup in a larger table costs what the same lookup in a smaller one costs") {
  struct Lookup {
    Index rows;
    Value construct(Value indices) const {
      return gather(parameter(*indices.graph, "", "table", {rows, 64}), indices);
    }
  };
  const auto cost = [](Index rows) {
    const Graph graph = trace(Lookup{rows}, {{{32}, Element::int32}});
    const Plan p = plan(graph, 1);
    REQUIRE(!p.finding);
    return plan_cost(p, GpuNode::machine).compute;
  };
  CHECK(cost(1000) == cost(100000));
}
