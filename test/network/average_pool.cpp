// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/average_pool.hpp>

#include "pool.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("AveragePool: the mean of each window, with the border's zeros or without") {
  for (const bool zeros : {false, true})
    check_pool([&](auto... numbers) { return AveragePool(numbers..., zeros); },
               [&](const std::vector<double>& window, int padded) {
                 double sum = 0;
                 for (double x : window) sum += x;
                 return sum / (zeros ? padded : double(window.size()));
               });
}
