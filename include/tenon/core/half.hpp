// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Numbers of 16 bits:  to_float16(1.0f) == 0x3c00, to_bfloat16(1.0f) == 0x3f80 (the upper half of
/// a float). Rounded to nearest, ties to even; what is too large becomes infinity; NaN stays NaN.
#include <bit>
#include <cstdint>

namespace tenon {

constexpr std::uint16_t to_float16(float x) {
  const auto all = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = all >> 16 & 0x8000, size = all & 0x7fffffff;
  if (size > 0x7f800000) return std::uint16_t(sign | 0x7e00 | (size >> 13 & 0x3ff));
  if (size >= 0x477ff000) return std::uint16_t(sign | 0x7c00);  // 65520 and more
  if (size < 0x33000000) return std::uint16_t(sign);            // below 2^-25
  // Below 2^-14 the last place is worth 2^-24: the leading bit is written, and shifted further.
  const bool normal = size >= 0x38800000;
  const std::uint32_t fraction = normal ? size - (112u << 23) : (size & 0x7fffff) | 0x800000;
  const int shift = normal ? 13 : 126 - int(size >> 23);
  const std::uint32_t half = 1u << (shift - 1), odd = fraction >> shift & 1;
  return std::uint16_t(sign | ((fraction + half - 1 + odd) >> shift));
}

constexpr float from_float16(std::uint16_t x) {
  const std::uint32_t sign = std::uint32_t(x & 0x8000) << 16, size = x & 0x7fff;
  if (size >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | (size & 0x3ff) << 13);
  if (size >= 0x400) return std::bit_cast<float>(sign | ((size << 13) + (112u << 23)));
  const float value = float(size) * 0x1p-24f;
  return sign ? -value : value;
}

[[gnu::always_inline]] constexpr std::uint16_t to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const std::uint32_t quiet = (bits >> 16) | 0x40;  // rounding could make infinity of a NaN
  return std::uint16_t((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

constexpr float from_bfloat16(std::uint16_t x) {
  return std::bit_cast<float>(std::uint32_t(x) << 16);
}

/// A number of 5 bits of exponent and 10 of fraction.
struct Float16 {
  std::uint16_t bits = 0;
  constexpr Float16() = default;
  constexpr explicit Float16(float x) : bits(to_float16(x)) {}
  constexpr operator float() const { return from_float16(bits); }
};
/// A number of 8 bits of exponent and 7 of fraction.
struct BFloat16 {
  std::uint16_t bits = 0;
  constexpr BFloat16() = default;
  constexpr explicit BFloat16(float x) : bits(to_bfloat16(x)) {}
  constexpr operator float() const { return from_bfloat16(bits); }
};

}  // namespace tenon
