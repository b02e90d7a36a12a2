// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/tanh.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Tanh: y = tanh(x)") {
  check_unary(Tanh{}, [](double x) { return (std::exp(2 * x) - 1) / (std::exp(2 * x) + 1); });
}
