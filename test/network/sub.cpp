// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/sub.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Sub: y = a - b, aligned at the last dimension") {
  check_binary(Sub{}, [](double a, double b) { return -(b - a); });
}
