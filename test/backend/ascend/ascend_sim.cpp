// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/ascend_sim.hpp>
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/network/operators/abs.hpp>
#include <tenon/network/operators/add.hpp>
#include <tenon/network/operators/bias_add.hpp>
#include <tenon/network/operators/broadcast_to.hpp>
#include <tenon/network/operators/conv2d.hpp>
#include <tenon/network/operators/average_pool.hpp>
#include <tenon/network/operators/div.hpp>
#include <tenon/network/operators/equal.hpp>
#include <tenon/network/operators/erf.hpp>
#include <tenon/network/operators/exp.hpp>
#include <tenon/network/operators/floor.hpp>
#include <tenon/network/operators/greater.hpp>
#include <tenon/network/operators/greater_equal.hpp>
#include <tenon/network/operators/hsigmoid.hpp>
#include <tenon/network/operators/hswish.hpp>
#include <tenon/network/operators/l2_normalize.hpp>
#include <tenon/network/operators/layer_norm.hpp>
#include <tenon/network/operators/log.hpp>
#include <tenon/network/operators/log_softmax.hpp>
#include <tenon/network/operators/max_pool.hpp>
#include <tenon/network/operators/maximum.hpp>
#include <tenon/network/operators/minimum.hpp>
#include <tenon/network/operators/mul.hpp>
#include <tenon/network/operators/pad.hpp>
#include <tenon/network/operators/pow.hpp>
#include <tenon/network/operators/prelu.hpp>
#include <tenon/network/operators/reduce_max.hpp>
#include <tenon/network/operators/reduce_mean.hpp>
#include <tenon/network/operators/reduce_sum.hpp>
#include <tenon/network/operators/relu6.hpp>
#include <tenon/network/operators/sigmoid.hpp>
#include <tenon/network/operators/softmax.hpp>
#include <tenon/network/operators/sqrt.hpp>
#include <tenon/network/operators/sub.hpp>
#include <tenon/network/operators/tanh.hpp>
#include <tenon/network/operators/transpose.hpp>

#include <doctest/doctest.h>

#include "../../support/error_of.hpp"
#include "../product.hpp"

using namespace tenon;

namespace {

float held_by_float16(float x) { return from_float16(to_float16(x)); }

void hold_in_float16(std::vector<float>& x) {
  for (float& number : x) number = held_by_float16(number);
}

/// Half a unit in the last place of a float16 as large as x.
float half_place(float x) { return std::max(std::ldexp(std::fabs(x), -11), 0x1p-25f) * 1.001f; }

/// An operator of one or two inputs and one output, by a backend or by its law.
std::vector<float> elementwise(const Operator& op, std::vector<float> x, const Dims& shape_x,
                               std::vector<float> w, const Dims& shape_w,
                               const Attributes& attributes, const Backend* backend) {
  const Operands operands{{shape_x, shape_w}, {Element::float32, Element::float32}, attributes, {}};
  Operands own = operands;
  if (op.operands == 1) own.shapes = {shape_x}, own.elements = {Element::float32};
  const Dims shape_y = op.infer(own).shape;
  std::vector<float> y(std::size_t(product(shape_y)));
  KernelCall call;
  call.inputs.push_back({x.data(), whole_box(shape_x), Element::float32});
  if (op.operands == 2) call.inputs.push_back({w.data(), whole_box(shape_w), Element::float32});
  call.output = {y.data(), whole_box(shape_y), Element::float32};
  call.attributes = attributes;
  call.law = op.law(Element::float32);
  PackedForms* const none[] = {nullptr, nullptr};
  const auto prepared = backend ? backend->prepare(op.name, call, none) : nullptr;
  if (prepared) prepared->take_parameters(call), prepared->run(call);
  else call.law(call);
  return y;
}

}  // namespace

TEST_CASE("MatMul on every simulated chip is the law within float16's rounding") {
  for (const AscendChip& chip : ascend_chips()) {
    const AscendSim ascend({.chip = chip});
    for (int again = 0; again < 40; ++again) {
      auto p = random_product<float>(between(1, 40), between(1, 100), between(1, 50), false);
      hold_in_float16(p.a), hold_in_float16(p.b), hold_in_float16(p.bias);
      CAPTURE(chip.name);
      CAPTURE(again);
      const std::vector<float> y = p.of(ascend), expected = p.by_law();
      Index wrong = 0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        // An activation is of a rounded sum, and rounded again; GELU is at most 1.13 times as
        // steep.
        const float slack = p.activation ? 2.2f * half_place(std::fabs(expected[i]) + 0.2f) : 0;
        wrong += !(std::fabs(y[i] - expected[i]) <= half_place(expected[i]) + slack + 1e-5f);
        wrong += y[i] != held_by_float16(y[i]);
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("whole numbers have one product, whatever the chip, order, mode and number of threads") {
  for (const AscendChip& chip : ascend_chips())
    for (CubeOrder order : {CubeOrder::step16, CubeOrder::step16_rounded, CubeOrder::sequential})
      for (int again = 0; again < 6; ++again) {
        auto p = random_product<float>(between(1, 40), between(1, 60), between(1, 50), true);
        const std::vector<float> expected = p.by_law();
        for (int threads : {1, 2})
          CHECK(p.of(AscendSim({.chip = chip, .order = order, .threads = threads})) == expected);
        if (chip.cube_float32 != 0)
          CHECK(p.of(AscendSim({.chip = chip,
                                .precision = PrecisionMode::must_keep_origin_dtype})) == expected);
      }
}

TEST_CASE("the same bits on 1, 2 and 4 threads") {
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 4; ++again) {
      auto p = random_product<float>(between(1, 70), between(100, 300), between(16, 400), false);
      const std::vector<float> one = p.of(AscendSim({.chip = chip}));
      for (int threads : {2, 4}) CHECK(p.of(AscendSim({.chip = chip, .threads = threads})) == one);
    }
}

TEST_CASE("law: operators are their laws between two roundings, as the mode says") {
  const Dims shape{2, 3, 4, 6}, channel{3};
  std::vector<float> x = numbers<float>(shape), w = numbers<float>(shape),
                     b = numbers<float>(channel), row = numbers<float>({6}),
                     lines = numbers<float>({2, 3, 4, 1});
  for (float& number : x) number *= 20;
  struct Case {
    const Operator* op;
    std::vector<float> w;
    Dims shape_w;
    Attributes attributes;
  };
  const Case cases[] = {{&Add::info, w, shape, {}},
                        {&BiasAdd::info, b, channel, {}},
                        {&ReLU::info, {}, {}, {}},
                        {&GELU::info, {}, {}, {}},
                        {&Sub::info, w, shape, {}},
                        {&Mul::info, w, shape, {}},
                        {&Div::info, w, shape, {}},
                        {&PReLU::info, b, channel, {}},
                        {&Tanh::info, {}, {}, {}},
                        {&Sigmoid::info, {}, {}, {}},
                        {&Erf::info, {}, {}, {}},
                        {&Sqrt::info, {}, {}, {}},
                        {&Log::info, {}, {}, {}},
                        {&Abs::info, {}, {}, {}},
                        {&Floor::info, {}, {}, {}},
                        {&ReLU6::info, {}, {}, {}},
                        {&HSigmoid::info, {}, {}, {}},
                        {&HSwish::info, {}, {}, {}},
                        {&Maximum::info, w, shape, {}},
                        {&Minimum::info, b, {3, 1, 1}, {}},
                        {&Greater::info, w, shape, {}},
                        {&GreaterEqual::info, row, {6}, {}},
                        {&Equal::info, x, shape, {}},
                        {&ReduceMax::info, {}, {}, ReduceMax({3}).attributes()},
                        {&BroadcastTo::info, {}, {}, BroadcastTo({2, 2, 3, 4, 6}).attributes()},
                        {&Pad::info, {}, {}, Pad({0, 0, 1, 0}, {0, 0, 0, 2}, 0.5).attributes()},
                        {&MaxPool::info, {}, {}, MaxPool({2, 2}, {2, 2}).attributes()},
                        {&LogSoftmax::info, {}, {}, LogSoftmax().attributes()},
                        {&L2Normalize::info, {}, {}, L2Normalize({3}).attributes()},
                        {&ReduceMean::info, {}, {}, ReduceMean({3}).attributes()},
                        {&ReduceSum::info, {}, {}, ReduceSum({3}).attributes()},
                        {&AveragePool::info, {}, {}, AveragePool({2, 2}, {2, 2}).attributes()},
                        {&Transpose::info, {}, {}, Transpose({3, 1, 0, 2}).attributes()},
                        {&Pow::info, b, {3, 1, 1}, {}},
                        {&Add::info, b, {3, 1, 1}, {}},
                        {&Sub::info, b, {1, 3, 1, 1}, {}},
                        {&Mul::info, row, {6}, {}},
                        {&Maximum::info, lines, {2, 3, 4, 1}, {}},  // one number a line, of few
                        {&Div::info, row, {1, 6}, {}},
                        {&Add::info, w, {2, 1, 4, 6}, {}},  // repeated in memory
                        {&Softmax::info, {}, {}, Softmax({1}).attributes()},
                        {&Softmax::info, {}, {}, Softmax({2, 3}).attributes()},
                        {&Softmax::info, {}, {}, Softmax({1, 3}).attributes()},  // by its law
                        {&LogSoftmax::info, {}, {}, LogSoftmax({0}).attributes()},
                        {&ReduceSum::info, {}, {}, ReduceSum({1, 2}, true).attributes()},
                        {&ReduceMean::info, {}, {}, ReduceMean(Dims{}).attributes()},
                        {&Softmax::info, {}, {}, Softmax().attributes()}};
  for (const Case& c : cases) {
    CAPTURE(c.op->name);
    const auto run = [&](const Backend* backend, bool held) {
      std::vector<float> p = x, q = c.w;
      if (held) hold_in_float16(p), hold_in_float16(q);
      return elementwise(*c.op, p, shape, q, c.shape_w, c.attributes, backend);
    };
    for (const AscendChip& chip : {Ascend910(), Ascend910B1()})
      for (PrecisionMode mode : {PrecisionMode::force_fp16, PrecisionMode::allow_fp32_to_fp16,
                                 PrecisionMode::allow_mix_precision}) {
        const AscendSim ascend({.chip = chip, .precision = mode});
        const bool narrow = precision_of(c.op->name, mode, chip).inputs == Element::float16;
        const std::vector<float> expected = run(nullptr, narrow), y = run(&ascend, false);
        REQUIRE(y.size() == expected.size());
        Index wrong = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
          const float law = expected[i];
          if (!std::isfinite(law)) {  // the 910 makes numbers of infinity and NaN
            wrong += chip.fix_pipe != 0 && law != law && y[i] == y[i];
            continue;
          }
          // Rounded once, of float32 that is rounded a few times on its way.
          const float near = 1e-5f * (std::fabs(law) + 0.1f);
          wrong += !(std::fabs(y[i] - law) <= (narrow ? half_place(law) : 0) + near);
          wrong += narrow && y[i] != held_by_float16(y[i]);
        }
        CAPTURE(text(mode));
        CHECK(wrong == 0);
      }
  }
}

TEST_CASE("law: LayerNorm is its law, of any dimensions, and lines longer than ub") {
  struct Case {
    Dims x, scale;
    Index axis;
  };
  for (const AscendChip& chip : ascend_chips())
    for (const Case& c : {Case{{4, 6}, {6}, -1},
                          {{2, 3, 40}, {3, 40}, 1},
                          {{2, 1, 17}, {17}, 2},
                          {{3, 30000}, {30000}, 1}}) {
      std::vector<float> x = numbers<float>(c.x), gamma = numbers<float>(c.scale),
                         beta = numbers<float>(c.scale);
      hold_in_float16(x), hold_in_float16(gamma), hold_in_float16(beta);
      std::vector<float> y(x.size()), expected(x.size());
      KernelCall call;
      call.inputs = {{x.data(), whole_box(c.x)},
                     {gamma.data(), whole_box(c.scale)},
                     {beta.data(), whole_box(c.scale)}};
      call.output = {y.data(), whole_box(c.x)};
      call.attributes = LayerNorm(c.axis, 1e-5).attributes();
      call.law = LayerNorm::info.law(Element::float32);
      PackedForms* const none[] = {nullptr, nullptr, nullptr};
      const AscendSim ascend({.chip = chip, .threads = 2});
      const auto prepared = ascend.prepare("LayerNorm", call, none);
      prepared->take_parameters(call);
      prepared->run(call);
      call.output.data = expected.data();
      call.law(call);
      Index wrong = 0;
      for (std::size_t i = 0; i < y.size(); ++i)
        wrong += !(std::fabs(y[i] - expected[i]) <= half_place(expected[i]) + 2e-5f);
      CAPTURE(chip.name);
      CAPTURE(text(c.x));
      CHECK(wrong == 0);
    }
}

TEST_CASE("law: exp and sqrt give zero for what is subnormal") {
  std::vector<float> x{0x1p-15f, -0x1p-24f, 4, 0x1p-14f}, y(4);
  KernelCall call;
  call.inputs = {{x.data(), whole_box({4})}};
  call.output = {y.data(), whole_box({4})};
  call.law = Sqrt::info.law(Element::float32);
  PackedForms* const none[] = {nullptr};
  AscendSim ascend;
  ascend.prepare("Sqrt", call, none)->run(call);
  CHECK(y == std::vector<float>{0, 0, 2, 0x1p-7f});
}

TEST_CASE("Conv2D is its law: exactly of whole numbers, else within float16's rounding") {
  struct Case {
    Dims x, w;
    Conv2d op;
  };
  const Case cases[] = {{{2, 3, 9, 7}, {5, 3, 3, 3}, Conv2d({1, 1}, {1, 1, 1, 1})},
                        {{1, 1, 28, 28}, {6, 1, 5, 5}, Conv2d({1, 1}, {2, 2, 2, 2})},
                        {{2, 40, 6, 6}, {20, 40, 1, 1}, Conv2d({2, 2})},
                        {{1, 17, 8, 9}, {3, 17, 3, 2}, Conv2d({2, 1}, {0, 1, 2, 0}, {2, 2})},
                        {{2, 6, 5, 5}, {4, 3, 3, 3}, Conv2d({1, 1}, {}, {}, 2)}};  // by its law
  for (const AscendChip& chip : ascend_chips())
    for (const Case& c : cases)
      for (bool exact : {true, false})
        for (bool is_parameter : {true, false}) {
          std::vector<float> x = exact ? integers<float>(c.x) : numbers<float>(c.x),
                             w = exact ? integers<float>(c.w) : numbers<float>(c.w),
                             bias = exact ? integers<float>({c.w[0]}) : numbers<float>({c.w[0]});
          hold_in_float16(x), hold_in_float16(w), hold_in_float16(bias);
          const Operands operands{
              {c.x, c.w}, {Element::float32, Element::float32}, c.op.attributes(), {}};
          const Dims shape = Conv2d::info.infer(operands).shape;
          std::vector<float> y(std::size_t(product(shape))), expected = y;
          KernelCall call;
          call.inputs = {{x.data(), whole_box(c.x)},
                         {w.data(), whole_box(c.w)},
                         {bias.data(), whole_box({c.w[0]})}};
          call.output = {y.data(), whole_box(shape)};
          call.attributes = c.op.attributes();
          call.bias = true, call.activation = &ReLU::info.scalar, call.activation_name = "ReLU";
          call.law = Conv2d::info.law(Element::float32);
          PackedForms forms;
          PackedForms* const parameters[] = {nullptr, is_parameter ? &forms : nullptr, nullptr};
          const AscendSim ascend({.chip = chip, .threads = exact ? 2 : 1});
          const auto prepared = ascend.prepare("Conv2D", call, parameters);
          prepared->take_parameters(call);
          prepared->run(call);
          call.output.data = expected.data();
          call.law(call);
          Index wrong = 0;
          for (std::size_t i = 0; i < y.size(); ++i)
            wrong += exact ? y[i] != expected[i]
                           : !(std::fabs(y[i] - expected[i]) <= half_place(expected[i]) + 1e-5f) ||
                                 y[i] != held_by_float16(y[i]);
          CAPTURE(chip.name);
          CAPTURE(text(c.x));
          CHECK(wrong == 0);
        }
}

TEST_CASE("what float16 cannot hold is counted, step by step") {
  Product<float> p;
  p.shape_a = {2, 16}, p.shape_b = {16, 3}, p.shape_c = {2, 3};
  p.a.assign(32, 100), p.b.assign(48, 1);
  for (int k = 0; k < 16; ++k) p.b[std::size_t(k * 3 + 1)] = 50;
  p.a[0] = 1e6f;
  const AscendSim ascend;
  const std::vector<float> y = p.of(ascend);
  CHECK(y[0] == 65504);  // 65504 + 1500
  CHECK(y[4] == 65504);  // 80 000
  CHECK(y[3] == 1600);
  REQUIRE(ascend.counts().size() == 1);
  CHECK(ascend.counts()[0].op == "MatMul");
  CHECK(ascend.counts()[0].inputs == RoundingCounts{1, 0});
  CHECK(ascend.counts()[0].results == RoundingCounts{4, 0});
  const AscendSim copy = ascend;
  CHECK(copy.counts().empty());
}

TEST_CASE("what another order of the cube would change is counted") {
  auto p = random_product<float>(1, 1, 1, false);
  p.shape_a = {32, 500}, p.shape_b = {500, 100}, p.shape_c = {32, 100};
  p.transpose_a = p.transpose_b = false, p.activation = nullptr, p.bias.clear();
  p.a = numbers<float>(p.shape_a), p.b = numbers<float>(p.shape_b);
  for (CubeOrder own : {CubeOrder::step16, CubeOrder::sequential}) {
    const AscendSim ascend({.order = own, .compares_orders = true});
    const std::vector<float> y = p.of(ascend);
    CHECK(y == p.of(AscendSim({.order = own})));
    for (CubeOrder order : {CubeOrder::step16, CubeOrder::step16_rounded, CubeOrder::sequential}) {
      const std::vector<float> other = p.of(AscendSim({.order = order}));
      const Sensitivity expected = sensitivity(y, other, 100);
      CHECK(ascend.counts()[0].by_order[std::size_t(order)] == expected);
      CHECK((expected.bits == 0) == (order == own));
    }
  }
}

TEST_CASE("a parameter is converted once, and again when it has changed") {
  auto p = random_product<float>(4, 20, 10, true);
  p.b_is_parameter = true, p.shape_a = {4, 20}, p.shape_b = {20, 10}, p.shape_c = {4, 10};
  p.transpose_a = p.transpose_b = false;
  p.a = integers<float>(p.shape_a), p.b = integers<float>(p.shape_b);
  std::vector<float> c(40);
  const KernelCall call = p.call(c.data());
  PackedForms forms;
  PackedForms* const parameters[] = {nullptr, &forms, nullptr};
  const AscendSim ascend;
  const auto one = ascend.prepare("MatMul", call, parameters),
             other = ascend.prepare("MatMul", call, parameters);
  one->take_parameters(call), other->take_parameters(call);
  CHECK(forms.bytes() == 32 * 16 * 2);  // 20 x 10 in whole fractals
  one->run(call);
  CHECK(c == p.by_law());
  for (float& x : p.b) x = 1 - x;
  forms.forget();
  other->take_parameters(call);
  other->run(call);
  CHECK(c == p.by_law());
}

TEST_CASE("what a simulated chip cannot do is an error before anything runs") {
  CHECK(test::error_of([] { AscendSim({.overflow = OverflowMode::infinity}); }) ==
        "tenon: ascend910 has no mode for infinity and NaN: it saturates");
  CHECK(test::error_of([] { AscendSim({.threads = 0}); }) ==
        "tenon: workers are at least one thread");
  auto p = random_product<float>(2, 2, 2, true);
  CHECK(test::error_of([&] {
          p.of(AscendSim({.precision = PrecisionMode::must_keep_origin_dtype}));
        }).starts_with("tenon: MatMul of float32 on ascend910: "));
  auto twice = random_product<double>(2, 2, 2, true);
  CHECK(test::error_of([&] { twice.of(AscendSim()); }) ==
        "tenon: MatMul of float64: ascend910 computes float32 and float16; convert the network to "
        "float32");
}
