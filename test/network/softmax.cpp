// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/softmax.hpp>

#include "along.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("Softmax: y = exp(x - max x) / sum exp(x - max x), along its axes") {
  check_along([](const Dims& axes) { return Softmax(axes); },
              [](const std::vector<double>& line, std::size_t i) {
                double sum = 0;
                for (double x : line) sum += std::exp(x);
                return std::exp(line[i]) / sum;
              });
}

TEST_CASE("Softmax: of numbers whose exponentials are infinite") {
  Tensor x({2});
  x.values = {1000, 1000};
  CHECK(law(Softmax{}, {x}, Element::float32).values == std::vector<double>{0.5, 0.5});
}
