// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/io/pattern.hpp>

using namespace tenon;

TEST_CASE("a pattern has the number in every place") {
  CHECK(numbered("DIR/rank_{}/x{}.ckpt", 3) == "DIR/rank_3/x3.ckpt");
  CHECK(numbered("{}", 12) == "12");
  CHECK(numbered("x.ckpt", 3) == "x.ckpt");
  CHECK(numbered("", 3) == "");
  CHECK(numbered("{x}{", 3) == "{x}{");
  CHECK(numbered("{{}}", 3) == "{3}");
}

TEST_CASE("a pattern with a place names several files") {
  static_assert(has_number("rank_{}.ckpt"));
  static_assert(!has_number("rank_3.ckpt") && !has_number("{") && !has_number(""));
}
