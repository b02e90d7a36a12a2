// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/gelu.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("GELU: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))") {
  check_unary(GELU{}, [](double x) {
    const double z = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * std::pow(x, 3));
    return x / (1 + std::exp(-2 * z));  // (1 + tanh z) / 2
  });
}

TEST_CASE("GELU is within 5e-4 of x times the normal distribution function") {
  for (double x = -6; x <= 6; x += 1. / 64)
    CHECK(std::abs(gelu_of(x) - x * std::erfc(-x / std::sqrt(2.)) / 2) < 5e-4);
}
