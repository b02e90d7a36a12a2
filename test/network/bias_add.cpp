// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/bias_add.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("BiasAdd: y[n,c,...] = x[n,c,...] + b[c]") {
  check_channel(BiasAdd{}, [](double x, double b) { return x + b; });
}
