// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/erf.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Erf: y = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x") {
  check_unary(Erf{}, [](double x) {  // its power series
    double sum = 0, term = x;        // x^(2n+1) (-1)^n / n!
    for (int n = 0; n < 60; ++n, term *= -x * x / n) sum += term / (2 * n + 1);
    return sum * 2 / std::sqrt(std::acos(-1.0));
  });
}

TEST_CASE("Erf: far from zero it is -1 or 1") {
  Tensor x({2});
  x.values = {-30, 30};
  CHECK(law(Erf{}, {x}, Element::float32).values == std::vector<double>{-1, 1});
}
