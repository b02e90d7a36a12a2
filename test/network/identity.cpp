// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/identity.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Identity: y = x") {
  check_unary(Identity{}, [](double x) { return x; });
}
