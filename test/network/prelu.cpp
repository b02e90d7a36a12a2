// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/prelu.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("PReLU: y[n,c,...] = x > 0 ? x : w[c] x") {
  check_channel(PReLU{},
                [](double x, double w) { return std::max(x, 0.0) + w * std::min(x, 0.0); });
}
