// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/maximum.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Maximum: y = the larger of a and b") {
  check_binary(Maximum{}, [](double a, double b) { return std::max(a, b); });
}

TEST_CASE("Maximum: NaN if either is") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor a({4}), b({4}), y({4});
  a.values = {nan, 1, nan, HUGE_VAL};
  b.values = {1, nan, nan, -HUGE_VAL};
  y.values = {nan, nan, nan, HUGE_VAL};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Maximum{}, {a, b}, element), y) == 0);
}
