// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How an Ascend makes a float narrower:
///   to_float16(65520.0f, RoundMode::rint, OverflowMode::saturate) == 0x7bff     65504
///   to_int8(2.5f, RoundMode::rint) == 2
/// The 910 knows saturation alone: what is too large becomes the largest number, infinity too, and
/// NaN becomes 0. The 910B's vectors keep infinity and NaN; what leaves its L0C saturates always.
/// Source: asc-devkit, Cast and the features of the matrix's way out; aclrtFloatOverflowMode.
#include <bit>
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/core/half.hpp>

namespace tenon {

enum class RoundMode : std::uint8_t {
  rint,   // to nearest, ties to even
  floor,  // down
  ceil,   // up
  round,  // to nearest, ties away from zero
  trunc,  // towards zero
  odd,    // what is not exact: of both neighbours the odd one; float32 to float16 alone
};
enum class OverflowMode : std::uint8_t { saturate, infinity };

constexpr std::string_view text(RoundMode mode) {
  constexpr std::string_view names[] = {"rint", "floor", "ceil", "round", "trunc", "odd"};
  return names[int(mode)];
}
constexpr std::string_view text(OverflowMode mode) {
  return mode == OverflowMode::saturate ? "saturate" : "infinity";
}

namespace detail {

/// Whether a size between two neighbours takes the larger: what is cut off against half a step.
constexpr bool rounds_up(RoundMode mode, bool negative, bool odd, std::uint64_t rest,
                         std::uint64_t half) {
  switch (mode) {
    case RoundMode::rint: return rest > half || (rest == half && odd);
    case RoundMode::floor: return rest > 0 && negative;
    case RoundMode::ceil: return rest > 0 && !negative;
    case RoundMode::round: return rest >= half;
    case RoundMode::trunc: return false;
    case RoundMode::odd: return rest > 0 && !odd;
  }
  return false;
}

/// To a sign, so many bits of exponent, and of fraction.
template <int exponent_bits, int fraction_bits>
constexpr std::uint16_t rounded(float x, RoundMode mode, OverflowMode overflow) {
  constexpr int cut = 23 - fraction_bits, bias = (1 << (exponent_bits - 1)) - 1;
  constexpr std::uint32_t infinity = ((1u << exponent_bits) - 1) << fraction_bits;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const bool negative = bits >> 31;
  const std::uint32_t size = bits & 0x7fffffff, sign = negative ? 0x8000 : 0;
  const bool saturates = overflow == OverflowMode::saturate;
  if (size > 0x7f800000) return std::uint16_t(saturates ? 0 : infinity | 1u << (fraction_bits - 1));
  if (size == 0x7f800000) return std::uint16_t(sign | (infinity - (saturates ? 1 : 0)));
  std::uint32_t kept = infinity - 1;
  std::uint64_t rest = 2, half = 1;  // beyond the largest number: more than half a step
  const int exponent = size >> 23 ? int(size >> 23) - 127 : -126;
  if (exponent <= bias) {
    const std::uint64_t fraction = (size & 0x7fffff) | (size >> 23 ? 0x800000 : 0);
    const int deeper = 1 - bias - exponent;  // below the smallest normal number: so much more
    const int all = cut + (deeper > 0 ? (deeper < 32 ? deeper : 32) : 0);
    rest = fraction & ((std::uint64_t(1) << all) - 1), half = std::uint64_t(1) << (all - 1);
    kept = std::uint32_t(fraction >> all);
    if (deeper <= 0) kept += std::uint32_t(exponent + bias - 1) << fraction_bits;
  }
  kept += rounds_up(mode, negative, kept & 1, rest, half);
  if (saturates && kept == infinity) --kept;
  return std::uint16_t(sign | kept);
}

}  // namespace detail

constexpr std::uint16_t to_float16(float x, RoundMode mode, OverflowMode overflow) {
  return detail::rounded<5, 10>(x, mode, overflow);
}
constexpr std::uint16_t to_bfloat16(float x, RoundMode mode, OverflowMode overflow) {
  return detail::rounded<8, 7>(x, mode, overflow);
}

/// What is too large becomes -128 or 127, NaN becomes 0. A quantised result is x scaled before.
/// @pre the mode is not odd
constexpr std::int8_t to_int8(float x, RoundMode mode) {
  if (!(x == x)) return 0;
  if (x >= 128) return 127;
  if (x <= -129) return -128;
  const float size = x < 0 ? -x : x;
  const int kept = int(size), cut = int((size - float(kept)) * 0x1p24f);  // exact
  // What is so near to kept that 2^-24 is too coarse is still no whole number.
  const auto rest = std::uint64_t(cut) * 2 + (float(cut) * 0x1p-24f != size - float(kept));
  const int up = detail::rounds_up(mode, x < 0, kept & 1, rest, 0x1000000);
  const int value = x < 0 ? -(kept + up) : kept + up;
  return std::int8_t(value > 127 ? 127 : value < -128 ? -128 : value);
}

}  // namespace tenon
