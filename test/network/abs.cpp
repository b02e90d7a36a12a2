// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/abs.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Abs: y = |x|") {
  check_unary(Abs{}, [](double x) { return std::max(x, -x); });
}

TEST_CASE("Abs: NaN and infinities") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({5}), y({5});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, -0.0, -3};
  y.values = {nan, HUGE_VAL, HUGE_VAL, 0, 3};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Abs{}, {x}, element), y) == 0);
}
