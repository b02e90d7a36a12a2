// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the vector unit makes of rows of numbers: float32 is computed in float32 and float16 in
/// float32 too, rounded once. exp, ln, tanh, erf and pow are those of double, rounded; exp, ln and
/// sqrt take and give zero for subnormal numbers. (asc-devkit: Exp, Ln, Sqrt)
///   calculate(instruction, a, b, to, OverflowMode::saturate)
#include <cmath>
#include <limits>
#include <vector>

#include <tenon/backend/ascend/program/instruction.hpp>
#include <tenon/backend/ascend/rounding/rounding_rows.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon::detail {

/// One number of each function of one or two.
inline float vector_function(AscendFunction function, float x, float y, float scalar) {
  const auto by_double = [&](auto&& f) { return float(f(double(x))); };
  switch (function) {
    case AscendFunction::copy:
    case AscendFunction::convert: return x;
    case AscendFunction::add: return x + y;
    case AscendFunction::sub: return x - y;
    case AscendFunction::mul: return x * y;
    case AscendFunction::div: return x / y;
    case AscendFunction::max: return x < y ? y : x;
    case AscendFunction::min: return y < x ? y : x;
    case AscendFunction::pow: return float(std::pow(double(x), double(y)));
    case AscendFunction::relu: return x < 0 ? 0 : x;
    case AscendFunction::exp: return by_double([](double v) { return std::exp(v); });
    case AscendFunction::ln: return by_double([](double v) { return std::log(v); });
    case AscendFunction::sqrt: return std::sqrt(x);
    case AscendFunction::tanh: return by_double([](double v) { return std::tanh(v); });
    case AscendFunction::erf: return by_double([](double v) { return std::erf(v); });
    case AscendFunction::reciprocal: return 1 / x;
    case AscendFunction::add_scalar: return x + scalar;
    case AscendFunction::mul_scalar: return x * scalar;
    case AscendFunction::max_scalar: return x < scalar ? scalar : x;
    case AscendFunction::min_scalar: return scalar < x ? scalar : x;
    case AscendFunction::fill: return scalar;
    case AscendFunction::sum_row:
    case AscendFunction::max_row:
    case AscendFunction::transpose: break;  // of rows
  }
  return x;
}

constexpr bool flushes_subnormals(AscendFunction f) {
  return f == AscendFunction::exp || f == AscendFunction::ln || f == AscendFunction::sqrt;
}
/// What is smaller than the smallest normal number of the type becomes zero of its sign.
inline void flush_subnormals(Element element, float* x, Index n) {
  const float least = element == Element::float16 ? 0x1p-14f : 0x1p-126f;
  for (Index i = 0; i < n; ++i) x[i] = std::fabs(x[i]) < least ? std::copysign(0.f, x[i]) : x[i];
}

/// In loops without a choice for each number, that compilers make vectors of, where there are some.
inline void vector_row(AscendFunction function, const float* x, const float* y, float scalar,
                       Index n, float* to) {
  const auto each = [&](auto&& f) {
    for (Index i = 0; i < n; ++i) to[i] = f(i);
  };
  switch (function) {
    case AscendFunction::copy:
    case AscendFunction::convert: return each([&](Index i) { return x[i]; });
    case AscendFunction::add: return each([&](Index i) { return x[i] + y[i]; });
    case AscendFunction::sub: return each([&](Index i) { return x[i] - y[i]; });
    case AscendFunction::mul: return each([&](Index i) { return x[i] * y[i]; });
    case AscendFunction::div: return each([&](Index i) { return x[i] / y[i]; });
    case AscendFunction::relu: return each([&](Index i) { return x[i] < 0 ? 0 : x[i]; });
    case AscendFunction::add_scalar: return each([&](Index i) { return x[i] + scalar; });
    case AscendFunction::mul_scalar: return each([&](Index i) { return x[i] * scalar; });
    default:
      return each([&](Index i) { return vector_function(function, x[i], y ? y[i] : 0, scalar); });
  }
}

/// As floats; int32 beyond 2^24 is rounded.
inline void read_floats(Element element, const std::byte* from, Index n, float* to) {
  const auto each = [&](auto zero) {
    const auto* numbers = reinterpret_cast<const decltype(zero)*>(from);
    for (Index i = 0; i < n; ++i) to[i] = float(numbers[i]);
  };
  switch (element) {
    case Element::float16:
      return from_float16s(reinterpret_cast<const std::uint16_t*>(from), n, to);
    case Element::bfloat16: return each(BFloat16());
    case Element::float32: return each(float());
    case Element::int8: return each(std::int8_t());
    case Element::int32: return each(std::int32_t());
    default: throw Error(sentence("the vector unit reads no ", text(element)));
  }
}

/// The 910 has neither infinity nor NaN in float32 either.
inline RoundingCounts saturate_floats(const float* from, Index n, OverflowMode overflow,
                                      float* to) {
  constexpr float most = std::numeric_limits<float>::max();
  RoundingCounts counts;
  for (Index i = 0; i < n; ++i) {
    const float x = from[i];
    counts.nans += x != x;
    counts.saturated += x > most || x < -most;
    if (overflow == OverflowMode::infinity) to[i] = x;
    else to[i] = x != x ? 0 : x > most ? most : x < -most ? -most : x;
  }
  return counts;
}

inline RoundingCounts write_floats(Element element, const float* from, Index n,
                                   OverflowMode overflow, std::byte* to) {
  RoundingCounts counts;
  switch (element) {
    case Element::float16:
      return to_float16s(from, n, reinterpret_cast<std::uint16_t*>(to), overflow);
    case Element::float32: return saturate_floats(from, n, overflow, reinterpret_cast<float*>(to));
    case Element::bfloat16:
      for (Index i = 0; i < n; ++i)
        reinterpret_cast<std::uint16_t*>(to)[i] = to_bfloat16(from[i], RoundMode::rint, overflow);
      return counts;
    case Element::int8:
      for (Index i = 0; i < n; ++i)
        reinterpret_cast<std::int8_t*>(to)[i] = to_int8(from[i], RoundMode::rint);
      return counts;
    default: throw Error(sentence("the vector unit writes no ", text(element)));
  }
}

}  // namespace tenon::detail
