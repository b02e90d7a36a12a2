// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the vector unit makes of rows of numbers: float32 is computed in float32 and float16 in
/// float32 too, rounded once. exp, ln, sqrt, tanh and erf are those of double, rounded.
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
    case AscendFunction::relu: return x < 0 ? 0 : x;
    case AscendFunction::exp: return by_double([](double v) { return std::exp(v); });
    case AscendFunction::ln: return by_double([](double v) { return std::log(v); });
    case AscendFunction::sqrt: return std::sqrt(x);
    case AscendFunction::tanh: return by_double([](double v) { return std::tanh(v); });
    case AscendFunction::erf: return by_double([](double v) { return std::erf(v); });
    case AscendFunction::reciprocal: return 1 / x;
    case AscendFunction::add_scalar: return x + scalar;
    case AscendFunction::mul_scalar: return x * scalar;
    case AscendFunction::fill: return scalar;
    case AscendFunction::sum_row:
    case AscendFunction::max_row: break;  // of a row
  }
  return x;
}

/// The functions of the tutorial network, in loops without a choice for each number.
inline void vector_row(AscendFunction function, const float* x, const float* y, float scalar,
                       Index n, float* to) {
  if (function == AscendFunction::add)
    for (Index i = 0; i < n; ++i) to[i] = x[i] + y[i];
  else if (function == AscendFunction::relu)
    for (Index i = 0; i < n; ++i) to[i] = x[i] < 0 ? 0 : x[i];
  else
    for (Index i = 0; i < n; ++i) to[i] = vector_function(function, x[i], y ? y[i] : 0, scalar);
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
