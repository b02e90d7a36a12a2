// SPDX-License-Identifier: Apache-2.0
#include <tenon/predict/plan_price.hpp>

#include <doctest/doctest.h>

#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/io/rank_table.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/predict/scaling.hpp>

#include "../../examples/network.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

Plan plan_of_tutorial(Index devices, Index batch = 32) {
  return plan(trace(Network{devices}, {{{batch, 28, 28}}}), devices);
}

struct IllegalNetwork {
  Dense layer{"layer", 8, 8};
  constexpr IllegalNetwork() { layer.matmul.shard({{1, 2}, {3, 1}}); }
  constexpr auto construct(auto x) const { return layer(x); }
};

/// A millisecond for each matrix product, 10 microseconds for all else.
ComputePrice of_a_step(const Step& step) {
  return std::string_view(step.op->name) == "MatMul" ? ComputePrice{{5e-4, 1e-3, 2e-3}, "cube"}
                                                     : ComputePrice{exact(1e-5), "launch"};
}

bool is_near(double a, double b) { return a == doctest::Approx(b).epsilon(1e-12).scale(1e-12); }

}  // namespace

TEST_CASE("a plan costs what its steps cost, on 1, 2, 4, 8 and 16 devices") {
  for (const Index devices : {1, 2, 4, 8, 16}) {
    CAPTURE(devices);
    const Plan plan = plan_of_tutorial(devices);
    const Topology topology(Ascend910(), devices);
    const PlanPrice price = price_plan(view(plan), topology, of_a_step);
    Band computed, moved;
    std::size_t at = 0;
    Index collectives = 0;
    for (const Step& step : plan.steps) {
      if (step.kind == Step::Kind::view) continue;
      REQUIRE(at < price.steps.size());
      const StepPrice& one = price.steps[at++];
      CHECK(one.name == plan.name(step.name));
      CHECK(!one.what.empty());
      CHECK(!one.limit.empty());
      if (step.kind == Step::Kind::compute) {
        CHECK(one.compute == of_a_step(step).seconds);
        CHECK(one.communication == Band{});
        computed += one.compute;
      } else if (step.movement != Movement::slice) {
        const Band band = price_exchange(plan.from(step), plan.to(step), 4, topology).seconds;
        CHECK(one.communication == band);
        moved += band;
        ++collectives;
      }
    }
    CHECK(at == price.steps.size());
    CHECK(collectives == plan.collectives());
    CHECK((collectives > 0) == (devices > 1));
    CHECK(is_near(price.compute().estimate, computed.estimate));
    CHECK(is_near(price.communication().upper, moved.upper));
    CHECK(is_near(price.total().lower, computed.lower + moved.lower));
    CHECK(price.total().estimate <= price.total().upper);
    // Bytes of the busiest device of each step are at least those of any one device.
    Index bytes = 0;
    for (const StepPrice& step : price.steps) bytes += step.bytes;
    CHECK(bytes >= plan.bytes_received());
    CHECK((bytes > 0) == (devices > 1));
    CHECK(price.devices == devices);
  }
}

TEST_CASE("the limit of a plan is what takes most of its time") {
  const Plan plan = plan_of_tutorial(8);
  const auto limit = [&](double compute) {
    return price_plan(view(plan), Topology(Ascend910(), 8),
                      [&](const Step&) {
                        return ComputePrice{exact(compute), "HBM"};
                      })
        .limit();
  };
  CHECK(limit(1) == "HBM");
  CHECK(limit(0).ends_with(" latency"));
}

TEST_CASE("a device holds its weights, what is in between, and its inputs") {
  for (const Index devices : {1, 8}) {
    const Plan plan = plan_of_tutorial(devices);
    const MemoryPrice memory =
        price_plan(view(plan), Topology(Ascend910(), devices), of_a_step).memory;
    CHECK(memory.weights + memory.arena == plan.peak_memory());
    CHECK(memory.inputs == (32 * 28 * 28 * 4 + 63) / 64 * 64);
    CHECK(memory.total() == memory.weights + memory.arena + memory.inputs);
    CHECK(memory.device == 0x1p35);
    CHECK(memory.fits());
  }
  MemoryPrice memory{Index(1) << 34, Index(1) << 34, 0, 0x1p35};
  CHECK(memory.fits());
  memory.inputs = 1;
  CHECK(!memory.fits());
  memory.device = 0x1p36;  // 64 GB
  CHECK(memory.fits());
}

TEST_CASE("a rank table that does not match the plan is an error before anything is priced") {
  const Plan plan = plan_of_tutorial(8);
  const Topology four(Ascend910(),
                      read_rank_table(TENON_TEST_DATA "/rank_tables/two_servers.json"));
  CHECK(error_of([&] {
          price_plan(view(plan), four, [](const Step&) -> ComputePrice { throw 1; });
        }) == "tenon: the plan is for 8 ranks, the topology has 4 devices");
  CHECK(
      price_plan(view(plan_of_tutorial(4)), four, of_a_step).total().estimate >
      price_plan(view(plan_of_tutorial(4)), Topology(Ascend910(), 4), of_a_step).total().estimate);
}

TEST_CASE("device counts stand side by side, with what each gains") {
  const Index counts[] = {1, 2, 4, 8, 16};
  const auto topology_of = [](Index devices) { return Topology(Ascend910B1(), devices); };
  const auto rows = scaling(
      counts, [](Index devices) { return plan_of_tutorial(devices); }, topology_of,
      [](const PlanView& plan, const Step& step) {
        return ComputePrice{exact(double(plan.buffer(step.output).bytes())), "cube"};
      });
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].speedup == 1);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(rows[i].price.devices == counts[i]);
    CHECK(
        is_near(rows[i].speedup * rows[i].price.total().estimate, rows[0].price.total().estimate));
    CHECK(rows[i].price.limit() == "cube");
  }
  CHECK(rows[3].speedup > 1);
  const Index three[] = {3};
  CHECK(error_of([&] {
          const auto illegal = [](Index) { return plan(trace(IllegalNetwork(), {{{4, 8}}}), 6); };
          scaling(three, illegal, topology_of,
                  [](const PlanView&, const Step&) { return ComputePrice{}; });
        }).starts_with("tenon: illegal strategy"));
}
