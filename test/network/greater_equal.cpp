// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/greater_equal.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("GreaterEqual: y = 1 where a is greater than b or equal, else 0") {
  check_binary(GreaterEqual{}, [](double a, double b) { return a >= b ? 1.0 : 0.0; });
}

TEST_CASE("GreaterEqual: of equal numbers, infinities and NaN") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor a({7}), b({7});
  a.values = {nan, 1, nan, HUGE_VAL, HUGE_VAL, -1, 0};
  b.values = {1, nan, nan, HUGE_VAL, -HUGE_VAL, 1, -0.0};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(law(GreaterEqual{}, {a, b}, element).values ==
          std::vector<double>{0, 0, 0, 1, 1, 0, 1});
}
