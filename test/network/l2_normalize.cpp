// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/l2_normalize.hpp>

#include "along.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("L2Normalize: y = x / sqrt(max(sum x^2, epsilon)), along its axes") {
  for (const double epsilon : {1e-4, 4.0})  // the latter is larger than some of the sums
    check_along([&](const Dims& axes) { return L2Normalize(axes, epsilon); },
                [&](const std::vector<double>& line, std::size_t i) {
                  double sum = 0;
                  for (double x : line) sum += std::pow(x, 2);
                  return line[i] / std::sqrt(sum > epsilon ? sum : epsilon);
                });
}

TEST_CASE("L2Normalize: zeros stay zeros") {
  CHECK(law(L2Normalize{}, {Tensor({3})}).values == std::vector<double>(3));
}
