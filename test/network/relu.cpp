// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/relu.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("ReLU: y = max(x, 0)") {
  check_unary(ReLU{}, [](double x) { return std::max(x, 0.0); });
}

TEST_CASE("ReLU: NaN stays NaN, infinities and zeros are what they are") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  Tensor x({5});
  x.values = {nan, inf, -inf, 0, -1e-30};
  for (const Element element : {Element::float32, Element::float64}) {
    const Tensor y = law(ReLU{}, {x}, element);
    CHECK(std::isnan(y.values[0]));
    CHECK(y.values[1] == inf);
    CHECK(y.values[2] == 0);
    CHECK(y.values[3] == 0);
    CHECK(y.values[4] == 0);
  }
}
