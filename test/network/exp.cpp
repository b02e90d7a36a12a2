// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/exp.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Exp: y = e^x") {
  check_unary(Exp{}, [](double x) {  // its power series
    double sum = 0, term = 1;
    for (int n = 1; n < 40; ++n) sum += term, term *= x / n;
    return sum;
  });
}

TEST_CASE("Exp: of large numbers infinite, of small ones zero") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x({5}), y({5});
  x.values = {nan, HUGE_VAL, -HUGE_VAL, 1000, -1000};
  y.values = {nan, HUGE_VAL, 0, HUGE_VAL, 0};
  for (const Element element : {Element::float32, Element::float64})
    CHECK(distance(law(Exp{}, {x}, element), y) == 0);
}
