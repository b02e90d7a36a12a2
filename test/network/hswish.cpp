// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/hswish.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("HSwish: y = x min(max(x + 3, 0), 6) / 6") {
  check_unary(HSwish{}, [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; });
}

TEST_CASE("HSwish: NaN, infinities, and where it bends; nothing overflows on the way") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({8}), y({8});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, 3, 4, -3, -4, double(3e38f)};
  y.values = {nan, HUGE_VAL, nan, 3, 4, 0, 0, double(3e38f)};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(HSwish{}, {x}, element), y) == 0);
}
