// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/floor.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Floor: y = the largest whole number that is not above x") {
  check_unary(Floor{}, [](double x) {
    double whole = -4;
    while (whole + 1 <= x) ++whole;
    return whole;
  });
}

TEST_CASE("Floor: NaN and infinities") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({6}), y({6});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, -0.5, 2.5, 3};
  y.values = {nan, HUGE_VAL, -HUGE_VAL, -1, 2, 3};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Floor{}, {x}, element), y) == 0);
}
