// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A sum of products of floats without any rounding, rounded once at its end:
///   ExactSum sum;  sum.add(0x1p60);  sum.add(1);  sum.add(-0x1p60);  sum.rounded() == 1
/// Kulisch's long accumulator: digits of 32 bits from 2^-352 on, with room for carries.
#include <array>
#include <cmath>
#include <cstdint>

namespace tenon::detail {

class ExactSum {
 public:
  /// @pre finite, a float or a product of two: of no bits below 2^-298, and less than 2^256.
  void add(double x) {
    int exponent;
    const auto whole = std::int64_t(std::ldexp(std::frexp(x, &exponent), 53));
    if (whole == 0) return;
    const bool negative = whole < 0;
    const auto size = std::uint64_t(negative ? -whole : whole);
    const int place = exponent - 53 - lowest, shift = place % 32;
    const std::uint64_t low = (size & digit) << shift, high = (size >> 32) << shift;
    std::int64_t* at = &digits_[std::size_t(place / 32)];
    const auto give = [&](std::int64_t& to, std::uint64_t n) {
      to += negative ? -std::int64_t(n) : std::int64_t(n);
    };
    give(at[0], low & digit);
    give(at[1], (low >> 32) + (high & digit));
    give(at[2], high >> 32);
  }

  /// To nearest, ties to even; zero is +0. The sum stays what it is.
  float rounded() const {
    auto digits = digits_;
    const bool negative = carry(digits) < 0;
    if (negative) {
      for (std::int64_t& d : digits) d = -d;
      carry(digits);
    }
    std::size_t top = digits.size() - 1;
    while (top > 1 && digits[top] == 0) --top;
    std::uint64_t size = std::uint64_t(digits[top]) << 32 | std::uint64_t(digits[top - 1]);
    int exponent = int(top - 1) * 32 + lowest;
    bool rest = false;  // what is cut off makes the last bit odd, so that it is no tie
    for (std::size_t i = 0; i + 1 < top; ++i) rest = rest || digits[i];
    if (size >> 53) {
      rest = rest || (size & 2047);
      size >>= 11, exponent += 11;
    }
    const auto value = float(std::ldexp(double(size | (rest ? 1 : 0)), exponent));
    return negative ? -value : value;
  }

 private:
  static constexpr int lowest = -352;
  static constexpr std::uint64_t digit = 0xffffffff;
  using Digits = std::array<std::int64_t, 22>;

  /// Makes each digit one of 32 bits, and says what is left above the highest.
  static std::int64_t carry(Digits& digits) {
    std::int64_t over = 0;
    for (std::int64_t& d : digits) {
      d += over;
      over = d >> 32;
      d &= std::int64_t(digit);
    }
    return over;
  }

  Digits digits_{};
};

}  // namespace tenon::detail
