// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Many floats made narrower, to nearest, ties to even, and what happened to them:
///   to_float16s(x, 512, y, OverflowMode::saturate)  says  {saturated 3, nans 0}
/// The loops have no branches, so that compilers make vectors of them.
#include <tenon/backend/ascend/rounding/rounding.hpp>

namespace tenon {

/// How many of an operator's numbers a float16 cannot hold: the 910 says nothing of them.
struct RoundingCounts {
  Index saturated = 0;  // too large, or infinite
  Index nans = 0;
  constexpr RoundingCounts& operator+=(const RoundingCounts& other) {
    saturated += other.saturated, nans += other.nans;
    return *this;
  }
  friend constexpr bool operator==(const RoundingCounts&, const RoundingCounts&) = default;
};

inline RoundingCounts to_float16s(const float* from, Index n, std::uint16_t* to,
                                  OverflowMode overflow) {
  const bool saturates = overflow == OverflowMode::saturate;
  const std::uint32_t too_large = saturates ? 0x7bff : 0x7c00, of_nan = saturates ? 0 : 0x7e00;
  RoundingCounts counts;
  for (Index first = 0; first < n; first += 4096) {
    std::uint32_t large = 0, nans = 0;
    const Index last = first + 4096 < n ? first + 4096 : n;
    for (Index i = first; i < last; ++i) {
      const auto bits = std::bit_cast<std::uint32_t>(from[i]);
      const std::uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
      // Below 2^-14 the places are 2^-24 apart, as those of 0.5 are.
      const float raised = std::bit_cast<float>(size < 0x38800000 ? size : 0) + 0.5f;
      const std::uint32_t small = std::bit_cast<std::uint32_t>(raised) - 0x3f000000;
      const std::uint32_t normal = (size - (112u << 23) + 0xfff + (size >> 13 & 1)) >> 13;
      const std::uint32_t finite = size < 0x38800000 ? small : normal;
      const bool is_large = size >= 0x477ff000, is_nan = size > 0x7f800000;
      const std::uint32_t number = sign | (is_large ? too_large : finite);
      to[i] = std::uint16_t(is_nan ? of_nan : number);
      large += is_large, nans += is_nan;
    }
    counts += {Index(large) - Index(nans), Index(nans)};
  }
  return counts;
}

inline void from_float16s(const std::uint16_t* from, Index n, float* to) {
  for (Index i = 0; i < n; ++i) {
    const std::uint32_t sign = std::uint32_t(from[i] & 0x8000) << 16, size = from[i] & 0x7fff;
    // The exponent is 112 too small, which a product repairs, of subnormal numbers as well.
    const float finite = std::bit_cast<float>(size << 13) * 0x1p112f;
    const std::uint32_t endless = 0x7f800000 | size << 13;
    to[i] = std::bit_cast<float>(sign |
                                 (size >= 0x7c00 ? endless : std::bit_cast<std::uint32_t>(finite)));
  }
}

}  // namespace tenon
