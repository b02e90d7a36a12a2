// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/add.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Add: y = a + b, aligned at the last dimension") {
  check_binary(Add{}, [](double a, double b) { return a + b; });
}
