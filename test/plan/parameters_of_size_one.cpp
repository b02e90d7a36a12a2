// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;

namespace {

struct Row {
  constexpr Value construct(Value x) const {
    Add sum;
    sum.shard({{4, 1}, {x.shape()[0] == 1 ? 4 : 1, 1}});
    return relu(add(x, parameter(*x.graph, "p", "row", {1, 12})));
  }
};

}  // namespace

TEST_CASE("a parameter of one row lies the same for every batch, also for a batch of one") {
  for (Index rows : {32, 3, 1}) {
    CAPTURE(rows);
    const Plan plan = plan_network<Row, InputRows<32, 12>>(4, rows);
    REQUIRE(!plan.finding);
    for (const Buffer& b : plan.buffers)
      if (b.place == Buffer::Place::parameter) CHECK(b.distribution == whole({1, 12}));
  }
}
