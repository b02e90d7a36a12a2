// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/backend/ascend/chip/ascend910.hpp>
#include <tenon/backend/ascend/chip/ascend910b2.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/predict/step_price.hpp>

using namespace tenon;

namespace {

struct LayersOfStepPrice {
  Dense a{"a", 1024, 4096}, b{"b", 4096, 1024};
  constexpr explicit LayersOfStepPrice(Index devices) {
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
  }
  constexpr auto construct(auto x) const { return b(gelu(a(x))); }
};

Plan plan_of_layers(Index devices) {
  return plan(trace(LayersOfStepPrice{devices}, {{{512, 1024}}}), devices);
}

}  // namespace

TEST_CASE("law: a step costs what its operator costs on the largest block") {
  const AscendChip chip = Ascend910B1();
  for (const Index devices : {1, 2, 8}) {
    const Plan p = plan_of_layers(devices);
    const PlanView seen = view(p);
    int products = 0, others = 0;
    for (const Step& step : p.steps) {
      if (step.kind != Step::Kind::compute) continue;
      const Band price = step_price(seen, step, chip, PrecisionMode::force_fp16).seconds;
      OperatorTask task;
      if (step.op->name == std::string_view("MatMul")) {
        const bool first = products++ == 0;
        task.op = "matmul";
        task.shape = {512, first ? 4096 / devices : 1024, first ? 1024 : 4096 / devices};
      } else {
        ++others;
        task.op = "gelu_tanh", task.shape = {512 * 4096 / devices};
      }
      const OperatorTime time = predict(task, chip);
      double all = time.time.task, bound = time.roofline.bound();
      if (step.activation) {
        task.op = "gelu_tanh", task.shape = {512 * 4096 / devices};
        const OperatorTime after = predict(task, chip);
        all += after.time.core, bound += after.roofline.vector;
        ++others;
      }
      CHECK(price.estimate * 1e6 == doctest::Approx(all));
      CHECK(price.lower * 1e6 == doctest::Approx(bound));
      CHECK(price.upper * 1e6 == doctest::Approx(all * (1 + time.band)));
    }
    CHECK(products == 2);
    CHECK(others == 1);  // GELU, by itself or behind the first product
  }
}

TEST_CASE("a 910 has no products of float32") {
  const Plan p = plan_of_layers(1);
  bool refused = false;
  try {
    for (const Step& step : p.steps)
      if (step.kind == Step::Kind::compute)
        step_price(view(p), step, Ascend910(), PrecisionMode::must_keep_origin_dtype);
  } catch (const Error& error) {
    refused = std::string_view(error.what()).find("its cube multiplies float16") !=
              std::string_view::npos;
  }
  CHECK(refused);
}

TEST_CASE("what would help a product is said of it also where an activation is fused") {
  struct Layer {
    Dense a{"a", 4000, 4100};
    bool has_gelu;
    constexpr Value construct(Value x) const { return has_gelu ? gelu(a(x)) : a(x); }
  };
  const AscendChip chip = Ascend910B1();
  int padded = 0;
  for (const Index rows : {16, 256, 4096}) {
    std::string said[2];
    for (const bool has_gelu : {false, true}) {
      Layer layer;
      layer.has_gelu = has_gelu;
      const Plan p = plan(trace(layer, {{{rows, 4000}}}), 1);
      REQUIRE(p.steps.size() == 1);
      CHECK((p.steps[0].activation != nullptr) == has_gelu);
      said[has_gelu] = step_price(view(p), p.steps[0], chip, PrecisionMode::force_fp16).advice;
    }
    CAPTURE(rows);
    CHECK(said[true] == said[false]);
    padded += said[false].starts_with("pad ");
  }
  CHECK(padded > 0);
}
