// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/relu6.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("ReLU6: y = min(max(x, 0), 6)") {
  check_unary(ReLU6{}, [](double x) { return std::min(std::max(x, 0.0), 6.0); });
}

TEST_CASE("ReLU6: NaN, infinities, and where it bends") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({8}), y({8});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, 6, 7, -7, 5.5, 0};
  y.values = {nan, 6, 0, 6, 6, 0, 5.5, 0};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(ReLU6{}, {x}, element), y) == 0);
}
