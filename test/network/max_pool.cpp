// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/max_pool.hpp>

#include "pool.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("MaxPool: the largest of each window") {
  check_pool([](auto... numbers) { return MaxPool(numbers...); },
             [](const std::vector<double>& window, int) {
               double largest = -HUGE_VAL;
               for (double x : window) largest = std::max(largest, x);
               return largest;
             });
}

TEST_CASE("MaxPool: NaN wherever one is, first or last in its window") {
  for (int at = 0; at < 4; ++at) {
    Tensor x({1, 1, 2, 4});
    x.values = {1, 2, 3, 4, 5, 6, 7, -HUGE_VAL};
    x[{0, 0, at / 2, at % 2}] = std::numeric_limits<double>::quiet_NaN();
    for (const Element element : {Element::float32, Element::float64}) {
      const Tensor y = law(MaxPool({2, 2}, {2, 2}), {x}, element);
      CHECK(std::isnan(y.values[0]));
      CHECK(y.values[1] == 7);
    }
  }
}
