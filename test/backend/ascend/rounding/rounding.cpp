// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/ascend/rounding/rounding.hpp>
#include <tenon/backend/ascend/rounding/rounding_rows.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace tenon;

namespace {

constexpr RoundMode all_modes[] = {RoundMode::rint,  RoundMode::floor, RoundMode::ceil,
                                   RoundMode::round, RoundMode::trunc, RoundMode::odd};
constexpr float endless = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

/// The written rule: of the two neighbours in the narrow format, sizes `low` and `high`, that have
/// x between them, the one that the mode says. `value` says what a code is worth, the code behind
/// the largest number included, as if exponents went on.
std::uint32_t by_rule(double size, bool negative, RoundMode mode, std::uint32_t largest,
                      auto&& value) {
  if (size >= value(largest + 1)) size = std::nextafter(value(largest + 1), 0);
  std::uint32_t low = 0, high = largest + 1;
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (value(middle) <= size ? low : high) = middle;
  }
  if (value(low) == size) return low;
  const double below = size - value(low), above = value(high) - size;
  switch (mode) {
    case RoundMode::rint:
      return below < above ? low : below > above ? high : low % 2 == 0 ? low : high;
    case RoundMode::floor: return negative ? high : low;
    case RoundMode::ceil: return negative ? low : high;
    case RoundMode::round: return below < above ? low : high;
    case RoundMode::trunc: return low;
    case RoundMode::odd: return low % 2 ? low : high;
  }
  return 0;
}
double worth_of_float16(std::uint32_t code) {
  return code < 0x400 ? code * 0x1p-24 : std::ldexp(1024 + code % 1024, int(code / 1024) - 25);
}
double worth_of_bfloat16(std::uint32_t code) {
  return code < 0x80 ? code * 0x1p-133 : std::ldexp(128 + code % 128, int(code / 128) - 134);
}

/// Every number of the format, what lies half way to the next, and their neighbours.
void for_each_boundary(std::uint32_t largest, auto&& worth, auto&& visit) {
  for (std::uint32_t code = 0; code <= largest; ++code) {
    const double middle = (worth(code) + worth(code + 1)) / 2;
    for (double x : {worth(code), middle}) {
      const float at = float(x);
      for (float y : {std::nextafter(at, 0.0f), at, std::nextafter(at, endless)})
        if (y < endless) visit(y), visit(-y);
    }
  }
  for (float y : {worth(largest + 1) < 1e38 ? 1e38f : 3e38f, 1e-45f, 1e-40f}) visit(y), visit(-y);
}

}  // namespace

TEST_CASE("float16: the boundaries as written") {
  struct {
    float x;
    std::uint16_t rint, floor, ceil, round, trunc, odd;
  } constexpr table[] = {
      {0.0f, 0, 0, 0, 0, 0, 0},
      {-0.0f, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000},
      {1.0f, 0x3c00, 0x3c00, 0x3c00, 0x3c00, 0x3c00, 0x3c00},
      {1 + 0x1p-11f, 0x3c00, 0x3c00, 0x3c01, 0x3c01, 0x3c00, 0x3c01},   // half a step
      {1 + 0x3p-11f, 0x3c02, 0x3c01, 0x3c02, 0x3c02, 0x3c01, 0x3c01},   // above an odd number
      {-1 - 0x1p-11f, 0xbc00, 0xbc01, 0xbc00, 0xbc01, 0xbc00, 0xbc01},  //
      {65504, 0x7bff, 0x7bff, 0x7bff, 0x7bff, 0x7bff, 0x7bff},
      {65519.996f, 0x7bff, 0x7bff, 0x7c00, 0x7bff, 0x7bff, 0x7bff},
      {65520, 0x7c00, 0x7bff, 0x7c00, 0x7c00, 0x7bff, 0x7bff},
      {-65520, 0xfc00, 0xfc00, 0xfbff, 0xfc00, 0xfbff, 0xfbff},
      {1e30f, 0x7c00, 0x7bff, 0x7c00, 0x7c00, 0x7bff, 0x7bff},
      {0x1p-24f, 1, 1, 1, 1, 1, 1},    // the smallest
      {0x1p-25f, 0, 0, 1, 1, 0, 1},    // half of it
      {0x1.8p-24f, 2, 1, 2, 2, 1, 1},  //
      {0x1p-149f, 0, 0, 1, 0, 0, 1},   //
      {-0x1p-149f, 0x8000, 0x8001, 0x8000, 0x8000, 0x8000, 0x8001},
      {0x1.ff8p-15f, 0x3ff, 0x3ff, 0x3ff, 0x3ff, 0x3ff, 0x3ff},  // the largest subnormal number
      {0x1.ffep-15f, 0x400, 0x3ff, 0x400, 0x400, 0x3ff, 0x3ff},  // up to the smallest normal number
      {endless, 0x7c00, 0x7c00, 0x7c00, 0x7c00, 0x7c00, 0x7c00},
      {-endless, 0xfc00, 0xfc00, 0xfc00, 0xfc00, 0xfc00, 0xfc00},
      {no_number, 0x7e00, 0x7e00, 0x7e00, 0x7e00, 0x7e00, 0x7e00},
  };
  for (const auto& row : table) {
    const std::uint16_t expected[] = {row.rint, row.floor, row.ceil, row.round, row.trunc, row.odd};
    for (RoundMode mode : all_modes) {
      CAPTURE(row.x);
      CAPTURE(text(mode));
      const std::uint16_t code = expected[int(mode)], size = code & 0x7fff;
      CHECK(to_float16(row.x, mode, OverflowMode::infinity) == code);
      const std::uint16_t saturated = size > 0x7c00 ? 0 : size == 0x7c00 ? code - 1 : code;
      CHECK(to_float16(row.x, mode, OverflowMode::saturate) == saturated);
    }
  }
  static_assert(to_float16(65520.0f, RoundMode::rint, OverflowMode::saturate) == 0x7bff);
}

TEST_CASE("float16: every number and every half step, in every mode") {
  Index wrong = 0;
  for (RoundMode mode : all_modes)
    for_each_boundary(0x7bff, worth_of_float16, [&](float x) {
      const bool negative = std::signbit(x);
      const std::uint32_t sign = negative ? 0x8000 : 0;
      const auto size = by_rule(std::fabs(x), negative, mode, 0x7bff, worth_of_float16);
      wrong += to_float16(x, mode, OverflowMode::infinity) != (sign | size);
      wrong += to_float16(x, mode, OverflowMode::saturate) != (sign | std::min(size, 0x7bffu));
    });
  CHECK(wrong == 0);
}

TEST_CASE("bfloat16: every number and every half step, in every mode") {
  Index wrong = 0;
  for (RoundMode mode : all_modes)
    for_each_boundary(0x7f7f, worth_of_bfloat16, [&](float x) {
      const bool negative = std::signbit(x);
      const std::uint32_t sign = negative ? 0x8000 : 0;
      const auto size = by_rule(std::fabs(x), negative, mode, 0x7f7f, worth_of_bfloat16);
      wrong += to_bfloat16(x, mode, OverflowMode::infinity) != (sign | size);
      wrong += to_bfloat16(x, mode, OverflowMode::saturate) != (sign | std::min(size, 0x7f7fu));
    });
  CHECK(wrong == 0);
  CHECK(to_bfloat16(no_number, RoundMode::rint, OverflowMode::infinity) == 0x7fc0);
  CHECK(to_bfloat16(no_number, RoundMode::rint, OverflowMode::saturate) == 0);
  CHECK(to_bfloat16(-endless, RoundMode::rint, OverflowMode::saturate) == 0xff7f);
}

TEST_CASE("int8: every number and every half step saturates, in every mode but odd") {
  Index wrong = 0;
  const auto worth = [](std::uint32_t code) { return double(code); };
  for (RoundMode mode : all_modes)
    if (mode != RoundMode::odd)
      for_each_boundary(300, worth, [&](float x) {
        const bool negative = std::signbit(x);
        const int size = int(by_rule(std::fabs(x), negative, mode, 300, worth));
        wrong += to_int8(x, mode) != (negative ? std::max(-size, -128) : std::min(size, 127));
      });
  CHECK(wrong == 0);
  CHECK(to_int8(no_number, RoundMode::rint) == 0);
  CHECK(to_int8(endless, RoundMode::rint) == 127);
  CHECK(to_int8(-endless, RoundMode::floor) == -128);
  CHECK(to_int8(2.5f, RoundMode::rint) == 2);
  CHECK(to_int8(-2.5f, RoundMode::round) == -3);
  CHECK(to_int8(-127.5f, RoundMode::trunc) == -127);
}

TEST_CASE("many numbers at once are as one by one, and what a float16 cannot hold is counted") {
  std::vector<float> x{endless, -endless, no_number, -no_number, 65520, -1e9f};
  for_each_boundary(0x7bff, worth_of_float16, [&](float y) { x.push_back(y); });
  for (OverflowMode overflow : {OverflowMode::saturate, OverflowMode::infinity}) {
    std::vector<std::uint16_t> y(x.size());
    const auto counts = to_float16s(x.data(), Index(x.size()), y.data(), overflow);
    Index wrong = 0, large = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      wrong += y[i] != to_float16(x[i], RoundMode::rint, overflow);
      large += std::fabs(x[i]) >= 65520;
    }
    CHECK(wrong == 0);
    CHECK(counts == RoundingCounts{large, 2});
  }
}

TEST_CASE("every float16 becomes its float") {
  Index wrong = 0;
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    const auto half = std::uint16_t(code);
    float x;
    from_float16s(&half, 1, &x);
    const float expected = from_float16(half);
    wrong += std::bit_cast<std::uint32_t>(x) != std::bit_cast<std::uint32_t>(expected);
  }
  CHECK(wrong == 0);
}
