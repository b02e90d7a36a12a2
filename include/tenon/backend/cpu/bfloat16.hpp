// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The upper half of a float:  to_bfloat16(1.0f) == 0x3f80. Rounded to nearest, ties to even; NaN
/// stays NaN.
#include <bit>
#include <cstdint>

namespace tenon::detail {

[[gnu::always_inline]] constexpr std::uint16_t to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const std::uint32_t quiet = (bits >> 16) | 0x40;  // rounding could make infinity of a NaN
  return std::uint16_t((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

constexpr float from_bfloat16(std::uint16_t x) {
  return std::bit_cast<float>(std::uint32_t(x) << 16);
}

}  // namespace tenon::detail
