// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/log.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Log: y = log(x) to the base e") {
  check_unary(Log{}, [](double x) {  // the integral of 1/t from 1 to x, by Newton's steps for e^y
    if (!(x > 0)) return x == 0 ? -HUGE_VAL : std::numeric_limits<double>::quiet_NaN();
    double y = 0;
    for (int n = 0; n < 60; ++n) y += 2 * (x - std::exp(y)) / (x + std::exp(y));
    return y;
  });
}

TEST_CASE("Log: of nothing and of less") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({6}), y({6});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, 0, -1, 1};
  y.values = {nan, HUGE_VAL, nan, -HUGE_VAL, nan, 0};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Log{}, {x}, element), y) == 0);
}
