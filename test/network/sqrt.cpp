// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/sqrt.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Sqrt: y = sqrt(x), NaN of negative numbers") {
  check_unary(Sqrt{}, [](double x) { return x == 0 ? 0 : std::exp(std::log(x) / 2); });
}
