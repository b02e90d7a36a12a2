// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/mul.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Mul: y = a b, aligned at the last dimension") {
  check_binary(Mul{}, [](double a, double b) { return a * b; });
}
