// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <tenon/core/half.hpp>

using namespace tenon;

TEST_CASE("law: every number of 16 bits is a float, and comes back") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto x = std::uint16_t(bits);
    const bool is_nan = (x & 0x7c00) == 0x7c00 && (x & 0x3ff);
    CHECK(std::isnan(from_float16(x)) == is_nan);
    if (!is_nan) CHECK(to_float16(from_float16(x)) == x);
    if ((x & 0x7f80) != 0x7f80 || !(x & 0x7f)) CHECK(to_bfloat16(from_bfloat16(x)) == x);
  }
}

// What lies between two neighbours goes to the nearer one, and from the middle to the even one.
TEST_CASE("law: to_float16(x) is the nearest, ties to even") {
  const auto check_between = [](std::uint16_t below) {
    const auto above = std::uint16_t(below + 1);
    const float low = from_float16(below), high = above == 0x7c00 ? 65536.f : from_float16(above),
                middle = (low + high) / 2;
    const std::uint16_t even = below % 2 ? above : below;
    const float least = std::nextafter(middle, low), most = std::nextafter(middle, high);
    for (std::uint16_t sign : {0, 0x8000}) {
      const float s = sign ? -1 : 1;
      CHECK(to_float16(s * middle) == (sign | even));
      CHECK(to_float16(s * least) == (sign | below));
      CHECK(to_float16(s * most) == (sign | above));
    }
  };
  for (std::uint16_t below = 0; below < 0x7c00; ++below) check_between(below);
}

TEST_CASE("numbers at the ends of float16") {
  CHECK(to_float16(65504.f) == 0x7bff);
  CHECK(to_float16(65519.996f) == 0x7bff);
  CHECK(to_float16(65520.f) == 0x7c00);
  CHECK(to_float16(-std::numeric_limits<float>::infinity()) == 0xfc00);
  CHECK(to_float16(0x1p-24f) == 1);
  CHECK(to_float16(0x1p-25f) == 0);
  CHECK(to_float16(std::numeric_limits<float>::denorm_min()) == 0);
  CHECK(to_float16(-0.f) == 0x8000);
  CHECK(std::isnan(from_float16(to_float16(std::nanf("1")))));
  static_assert(float(Float16(1.5f)) == 1.5f && BFloat16(1.f).bits == 0x3f80);
}
