// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/div.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Div: y = a / b, aligned at the last dimension") {
  check_binary(
      Div{}, [](double a, double b) { return a * std::exp(-std::log(b)); }, true);
}

TEST_CASE("Div: by zero, and by negative numbers") {
  Tensor a({5}), b({5});
  a.values = {1, -1, 0, -6, 3};
  b.values = {0, 0, 0, -2, -2};
  for (const Element element : {Element::float32, Element::float64}) {
    const Tensor y = law(Div{}, {a, b}, element);
    CHECK(y.values[0] == HUGE_VAL);
    CHECK(y.values[1] == -HUGE_VAL);
    CHECK(std::isnan(y.values[2]));
    CHECK(y.values[3] == 3);
    CHECK(y.values[4] == -1.5);
  }
}
