// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <tenon/model/build_options.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/search/search.hpp>

using namespace tenon;

namespace {

std::string refusal_of(const tenon::Machine& machine, Index devices) {
  struct Layers {
    Dense first{"first", 64, 32};
    constexpr Value construct(Value x) const { return first(x); }
  };
  const Graph graph = trace(Layers{}, {{{16, 64}}});
  try {
    search(graph, devices, machine);
  } catch (const Error& error) {
    const std::string said = error.what();
    try {
      plan_cost(plan(graph, devices > 0 ? devices : 1), machine);
    } catch (const Error& other) {
      CHECK((devices < 1 || said == other.what()));
    }
    return said;
  }
  return {};
}

}  // namespace

TEST_CASE("a machine whose numbers cannot be, and a device count that is none, are refused") {
  const tenon::Machine good = CpuNode::machine;
  CHECK(refusal_of(good, 8).empty());
  CHECK(refusal_of(good, 0) == "tenon: devices: 0; legal: 1 to 1073741824");
  CHECK(refusal_of(good, -8) == "tenon: devices: -8; legal: 1 to 1073741824");
  tenon::Machine m = good;
  m.processors = 0;
  CHECK(refusal_of(m, 8) ==
        "tenon: the machine's node_ranks is 32, processors is 0; legal: 1 or more of a node");
  m = good, m.flops = -1;
  CHECK(refusal_of(m, 8) ==
        "tenon: the machine's flops is -1; legal: 1e3 to 1e300 operations a second");
  for (double bad : {-1., 0., 5., std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::infinity()}) {
    m = good, m.memory_rate = bad;
    CHECK(!refusal_of(m, 8).empty());
    m = good, m.inside.rate = bad;
    CHECK(!refusal_of(m, 8).empty());
  }
  m = good, m.between = {.rate = 0};
  CHECK(refusal_of(m, 32).empty());
  CHECK(refusal_of(m, 64) ==
        "tenon: the machine says nothing of `between`, what goes between nodes: devices: 64, ranks "
        "of a node: 32; legal: at most 32 devices, or `between` with exchange, message and rate");
}

TEST_CASE("without a machine, strategies are found for the cpu") {
  CHECK(AutoParallel{}.machine == CpuNode::machine);
}

TEST_CASE("no time overflows: the slowest machine is slow, not fast") {
  struct Layers {
    Dense first{"first", 4096, 4096}, second{"second", 4096, 4096};
    constexpr Value construct(Value x) const { return second(first(x)); }
  };
  const Graph graph = trace(Layers{}, {{{1 << 20, 4096}}});
  const tenon::Machine slowest{.flops = 1e3,
                               .memory_rate = 1e3,
                               .step = 10,
                               .cache_rate = 1e3,
                               .node_ranks = 2,
                               .processors = 1,
                               .inside = {10, 10, 1e3},
                               .between = {10, 10, 1e3}};
  for (Index devices : {1, 2, 8}) {
    const PlanCost cost = plan_cost(plan(graph, devices), slowest);
    CHECK(cost.compute == longest_duration);
    CHECK(cost.exchange >= 0);
    CHECK(cost.total() == longest_duration);
    CHECK(search(graph, devices, slowest).cost == longest_duration);
  }
}
