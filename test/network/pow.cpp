// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/pow.hpp>

#include "elementwise.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Pow: y = a^b, aligned at the last dimension") {
  check_binary(
      Pow{}, [](double a, double b) { return std::exp(b * std::log(a)); }, true);
}

TEST_CASE("Pow: integral powers of negative numbers, and what C says of zero") {
  Tensor a({4}), b({4});
  a.values = {-2, -2, 0, -8};
  b.values = {3, -1, 0, 0.5};
  const Tensor y = law(Pow{}, {a, b});
  CHECK(y.values[0] == -8);
  CHECK(y.values[1] == -0.5);
  CHECK(y.values[2] == 1);
  CHECK(std::isnan(y.values[3]));
}
