// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/hsigmoid.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("HSigmoid: y = min(max(x + 3, 0), 6) / 6") {
  check_unary(HSigmoid{}, [](double x) { return std::min(std::max(x + 3, 0.0), 6.0) / 6; });
}

TEST_CASE("HSigmoid: NaN, infinities, and where it bends") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({8}), y({8});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, 3, 4, -3, -4, 0};
  y.values = {nan, 1, 0, 1, 1, 0, 0, 0.5};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(HSigmoid{}, {x}, element), y) == 0);
}
