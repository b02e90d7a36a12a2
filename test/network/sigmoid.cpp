// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/sigmoid.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Sigmoid: y = 1 / (1 + exp(-x))") {
  check_unary(Sigmoid{}, [](double x) { return std::exp(x) / (std::exp(x) + 1); });
}

TEST_CASE("Sigmoid: far from zero it is 0 or 1, not NaN") {
  Tensor x({2});
  x.values = {-1000, 1000};
  CHECK(law(Sigmoid{}, {x}, Element::float32).values == std::vector<double>{0, 1});
}
