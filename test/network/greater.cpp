// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/greater.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Greater: y = 1 where a is greater than b, else 0") {
  check_binary(Greater{}, [](double a, double b) { return a > b ? 1.0 : 0.0; });
}

TEST_CASE("Greater: of equal numbers, infinities and NaN") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor a({7}), b({7});
  a.values = {nan, 1, nan, HUGE_VAL, HUGE_VAL, -1, 0};
  b.values = {1, nan, nan, HUGE_VAL, -HUGE_VAL, 1, -0.0};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(law(Greater{}, {a, b}, element).values ==
          std::vector<double>{0, 0, 0, 0, 1, 0, 0});
}
