// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/backend/ascend/interpreter/interpreter.hpp>
#include <tenon/backend/ascend/matmul/matmul_program.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "../../../support/error_of.hpp"

using namespace tenon;

namespace {

/// One MatMul in the device's memory.
struct ProgrammedMatMul {
  AscendChip chip;
  AscendMatMul task;
  AscendNumerics numerics;
  std::vector<float> a, b, bias;  // [m, k], [k, n], [n]: numbers that their elements hold

  std::vector<std::byte> memory() const {
    std::vector<std::byte> gm(std::size_t(task.gm_bytes() + 512), std::byte{0x55});
    const auto put = [&](Element element, Index place, Index at, float x) {
      std::byte* to = gm.data() + place + at * bytes(element);
      const std::uint16_t half = to_float16(x);
      const auto whole = std::int32_t(x);
      const auto small = std::int8_t(x);
      if (element == Element::float16) std::memcpy(to, &half, 2);
      else if (element == Element::float32) std::memcpy(to, &x, 4);
      else if (element == Element::int32) std::memcpy(to, &whole, 4);
      else std::memcpy(to, &small, 1);
    };
    const AscendMatMul& t = task;
    std::memset(gm.data() + t.a, 0, std::size_t(t.a_bytes()));
    std::memset(gm.data() + t.b, 0, std::size_t(t.b_bytes()));
    for (Index m = 0; m < t.m; ++m)
      for (Index k = 0; k < t.k; ++k)
        put(t.element, t.a, t.transpose_a ? t.a_matrix().offset(k, m) : t.a_matrix().offset(m, k),
            a[std::size_t(m * t.k + k)]);
    for (Index k = 0; k < t.k; ++k)
      for (Index n = 0; n < t.n; ++n)
        put(t.element, t.b, t.transpose_b ? t.b_matrix().offset(n, k) : t.b_matrix().offset(k, n),
            b[std::size_t(k * t.n + n)]);
    for (Index n = 0; t.has_bias && n < t.n; ++n)
      put(t.bias_element, t.bias, n, bias[std::size_t(n)]);
    return gm;
  }

  std::vector<double> run(const MatMulTiling& pinned, RoundingCounts* counts = nullptr) const {
    std::vector<std::byte> bytes_of_gm = memory();
    AscendGm gm;
    gm.add(0, std::span<std::byte>(bytes_of_gm));
    AscendCore core(chip, numerics);
    for (const auto& list : matmul_program(task, chip, matmul_tiling(task, chip, pinned)).cores) {
      const RoundingCounts more = core.run(list, gm);
      if (counts) *counts += more;
    }
    std::vector<double> c;
    for (Index m = 0; m < task.m; ++m)
      for (Index n = 0; n < task.n; ++n) {
        const std::byte* at =
            bytes_of_gm.data() + task.c + task.c_matrix().offset(m, n) * bytes(task.result);
        std::int32_t whole;
        std::uint16_t half;
        float x;
        if (task.result == Element::float16)
          std::memcpy(&half, at, 2), c.push_back(from_float16(half));
        else if (task.result == Element::int32) std::memcpy(&whole, at, 4), c.push_back(whole);
        else std::memcpy(&x, at, 4), c.push_back(x);
      }
    return c;
  }

  /// As written: a step's sum exact, one rounding with the accumulator's; the bias first where the
  /// chip has a table for it, else added to the sum; one rounding at the end, which saturates.
  std::vector<double> reference() const {
    const int step = task.element == Element::float32 ? 1 : 16;
    std::vector<double> c;
    for (Index m = 0; m < task.m; ++m)
      for (Index n = 0; n < task.n; ++n) {
        const float own = task.has_bias ? bias[std::size_t(n)] : 0;
        float sum = chip.bt > 0 ? own : 0;
        for (Index first = 0; first < task.k; first += step) {
          double p[16], q[16 * 16];
          const int terms = int(std::min<Index>(step, task.k - first));
          for (int k = 0; k < terms; ++k) {
            p[k] = a[std::size_t(m * task.k + first + k)];
            q[16 * k] = b[std::size_t((first + k) * task.n + n)];
          }
          sum = detail::exact_step(sum, p, q, terms, false);
        }
        if (chip.bt == 0) sum += own;
        if (task.relu && sum < 0) sum = 0;
        if (task.result == Element::float16)
          sum = from_float16(to_float16(sum, RoundMode::rint, OverflowMode::saturate));
        c.push_back(sum);
      }
    return c;
  }
};

ProgrammedMatMul some_programmed_matmul(std::mt19937& random, const AscendChip& chip) {
  const auto below = [&](Index n) { return Index(random() % std::uint64_t(n)); };
  ProgrammedMatMul x{chip, {}, {}, {}, {}, {}};
  AscendMatMul& t = x.task;
  t.m = below(3) ? 1 + below(70) : 1;
  t.n = 1 + below(80);
  t.k = 1 + below(120);
  t.has_bias = below(2), t.relu = below(2), t.transpose_a = below(3) == 0, t.transpose_b = below(2);
  const auto format = [&] {
    return below(2) || chip.nd_to_nz == 0 ? AscendFormat::nz : AscendFormat::nd;
  };
  t.a_format = format(), t.b_format = format(), t.c_format = format();
  switch (below(chip.cube_float32 == 0 ? 4 : 5)) {
    case 0: t.result = Element::float32; break;
    case 1: t.element = Element::int8, t.result = t.bias_element = Element::int32; break;
    case 4: t.element = t.result = Element::float32; break;
  }
  if (t.element == Element::int8) t.relu = false;
  else if (below(2)) t.bias_element = Element::float16;
  if (chip.fix_pipe == 0 && t.n * bytes(t.result) % 32 != 0) t.c_format = AscendFormat::nz;
  t = t.placed(512);
  std::normal_distribution<float> normal;
  const float scale = below(4) ? 1 : 60;  // some sums are beyond float16
  const auto number = [&](Element e) -> float {
    if (e == Element::int8 || e == Element::int32) return float(below(255) - 127);
    return e == Element::float16 ? from_float16(to_float16(scale * normal(random)))
                                 : normal(random);
  };
  for (Index i = 0; i < t.m * t.k; ++i) x.a.push_back(number(t.element));
  for (Index i = 0; i < t.k * t.n; ++i) x.b.push_back(number(t.element));
  for (Index i = 0; i < t.n; ++i) x.bias.push_back(number(t.bias_element));
  return x;
}

}  // namespace

TEST_CASE("a program's numbers are the written reference's, on any chip and by any tiling") {
  std::mt19937 random(11);
  for (const AscendChip& chip : ascend_chips())
    for (int again = 0; again < 40; ++again) {
      const ProgrammedMatMul x = some_programmed_matmul(random, chip);
      CAPTURE(chip.name);
      CAPTURE(again);
      const std::vector<double> expected = x.reference();
      CHECK(x.run({}) == expected);
      MatMulTiling small{.base_m = 32, .base_n = 32, .base_k = 32};
      if (again % 2) small.l1_buffers = small.l0_buffers = 1;
      if (again % 3) small.step_ka = 3, small.step_kb = 2;
      CHECK(x.run(small) == expected);
    }
}

TEST_CASE("what the way out saturates is counted, padding is not") {
  for (const AscendChip& chip : ascend_chips()) {
    ProgrammedMatMul x{chip, {.m = 3, .n = 40, .k = 16}, {}, {}, {}, {}};
    x.task.a_format = x.task.b_format = x.task.c_format = AscendFormat::nz;
    x.task = x.task.placed();
    x.a.assign(3 * 16, 100), x.b.assign(16 * 40, 1);
    for (int k = 0; k < 16; ++k) x.b[std::size_t(k * 40 + 7)] = 60;
    RoundingCounts counts;
    const std::vector<double> c = x.run({}, &counts);
    CHECK(counts == RoundingCounts{3, 0});
    CHECK(c[7] == 65504);
    CHECK(c[8] == 1600);
  }
}

TEST_CASE("vector functions: float16 is rounded once from float32") {
  const AscendChip chip = Ascend910();
  std::mt19937 random(2);
  std::vector<std::uint16_t> x(3 * 700), y(3 * 700);
  for (auto* numbers : {&x, &y})
    for (std::uint16_t& number : *numbers)
      number = to_float16(std::normal_distribution<float>(0, 3)(random));
  struct {
    AscendFunction function;
    double (*law)(double, double);
  } const functions[] = {
      {AscendFunction::add, [](double a, double b) { return a + b; }},
      {AscendFunction::sub, [](double a, double b) { return a - b; }},
      {AscendFunction::mul, [](double a, double b) { return a * b; }},
      {AscendFunction::div, [](double a, double b) { return a / b; }},
      {AscendFunction::max, [](double a, double b) { return a < b ? b : a; }},
      {AscendFunction::relu, [](double a, double) { return a < 0 ? 0 : a; }},
      {AscendFunction::min, [](double a, double b) { return b < a ? b : a; }},
      {AscendFunction::max_scalar, [](double a, double) { return std::max(a, 0.25); }},
      {AscendFunction::min_scalar, [](double a, double) { return std::min(a, 0.25); }},
      {AscendFunction::exp,  // of subnormal numbers zero, and none
       [](double a, double) {
         const double e = std::exp(std::fabs(a) < 0x1p-14 ? 0 : a);
         return e < 0x1p-14 ? 0 : e;
       }},
      {AscendFunction::tanh, [](double a, double) { return std::tanh(a); }},
      {AscendFunction::erf, [](double a, double) { return std::erf(a); }},
      {AscendFunction::reciprocal, [](double a, double) { return 1 / a; }},
      {AscendFunction::add_scalar, [](double a, double) { return a + 0.25; }},
      {AscendFunction::fill, [](double, double) { return 0.25; }},
      {AscendFunction::copy, [](double a, double) { return a; }},
  };
  for (const auto& f : functions) {
    std::vector<std::uint16_t> z(3 * 700), gm_bytes;
    AscendGm gm;
    gm.add(0, std::as_bytes(std::span(x)));
    gm.add(8192, std::as_bytes(std::span(y)));
    gm.add(16384, std::as_writable_bytes(std::span(z)));
    const auto move = [](AscendPlace from, AscendPlace to) {
      AscendInstruction i{.op = AscendOp::copy};
      i.a = from, i.to = to, i.m = 3, i.n = 700;
      return i;
    };
    AscendInstruction i{.op = AscendOp::calculate, .function = f.function};
    i.a = {AscendBuffer::ub, 0}, i.b = {AscendBuffer::ub, 8192}, i.to = {AscendBuffer::ub, 16384};
    i.m = 3, i.n = 700, i.scalar = 0.25;
    AscendCore core(chip, {});
    core.run(std::vector{move({AscendBuffer::gm, 0}, {AscendBuffer::ub, 0}),
                         move({AscendBuffer::gm, 8192}, {AscendBuffer::ub, 8192}), i,
                         move({AscendBuffer::ub, 16384}, {AscendBuffer::gm, 16384})},
             gm);
    Index wrong = 0;
    for (std::size_t k = 0; k < z.size(); ++k) {
      const double exact = f.law(from_float16(x[k]), from_float16(y[k]));
      wrong += z[k] != to_float16(float(exact), RoundMode::rint, OverflowMode::saturate);
    }
    CAPTURE(int(f.function));
    CHECK(wrong == 0);
  }
}

TEST_CASE("vector functions over rows, and of int32") {
  const float x[2][3] = {{1, 5, -2}, {-4, -3, -9}};
  const std::int32_t w[2][3] = {{1, -5, 7}, {0, -1, 2147483647}};
  float sums[2], most[2];
  std::int32_t z[2][3];
  AscendInstruction i{.op = AscendOp::calculate, .function = AscendFunction::sum_row};
  i.from = i.into = Element::float32, i.m = 2, i.n = 3;
  const auto bytes_of = [](auto& array) { return reinterpret_cast<std::byte*>(&array); };
  const auto run = [&](const auto& from, auto& to) {
    detail::calculate(i, reinterpret_cast<const std::byte*>(&from), nullptr, bytes_of(to),
                      OverflowMode::saturate);
  };
  run(x, sums);
  i.function = AscendFunction::max_row;
  run(x, most);
  CHECK(sums[0] == 4);
  CHECK(sums[1] == -16);
  CHECK(most[0] == 5);
  CHECK(most[1] == -3);
  i.function = AscendFunction::add, i.repeats_b = true;
  const std::int32_t row[3] = {1, 1, 1};
  detail::calculate_whole(i, w[0], row, z[0]);
  CHECK(z[0][1] == -4);
  CHECK(z[1][2] == -2147483648);
}

TEST_CASE("saturation: float32 has neither infinity nor NaN on a 910, and both on a 910B") {
  constexpr float endless = std::numeric_limits<float>::infinity();
  const float x[] = {endless, -endless, std::numeric_limits<float>::quiet_NaN(), 3e38f};
  float y[4];
  AscendInstruction i{.op = AscendOp::calculate, .function = AscendFunction::add};
  i.from = i.into = Element::float32, i.m = 1, i.n = 4;
  const auto run = [&](OverflowMode overflow) {
    return detail::calculate(i, reinterpret_cast<const std::byte*>(x),
                             reinterpret_cast<const std::byte*>(x), reinterpret_cast<std::byte*>(y),
                             overflow);
  };
  CHECK(run(OverflowMode::saturate) == RoundingCounts{3, 1});
  CHECK(y[0] == std::numeric_limits<float>::max());
  CHECK(y[1] == -std::numeric_limits<float>::max());
  CHECK(y[2] == 0);
  CHECK(y[3] == std::numeric_limits<float>::max());
  run(OverflowMode::infinity);
  CHECK(y[3] == endless);
  CHECK(y[2] != y[2]);
}

TEST_CASE("what lies beyond a buffer is an error, not memory of others") {
  AscendCore core(Ascend910(), {});
  std::vector<std::byte> data(64);
  AscendGm gm;
  gm.add(0, std::span(data));
  AscendInstruction i{.op = AscendOp::copy};
  i.m = 1, i.n = 32, i.to = {AscendBuffer::ub, 262144 - 32};
  CHECK(test::error_of([&] { core.run(std::vector{i}, gm); }) ==
        "tenon: ErrorBuffer: 64 bytes at 262112 of UB, which has 262144");
  i.to.offset = 0, i.a.offset = 32;
  CHECK(test::error_of([&] { core.run(std::vector{i}, gm); }) ==
        "tenon: ErrorRead: 64 bytes at 32 of GM are nobody's");
}
