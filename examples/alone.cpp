// SPDX-License-Identifier: Apache-2.0
// One rank, no MPI, no Boost, no Eigen: g++ -std=c++20 -Iinclude examples/alone.cpp
#include <cstdio>

#include <tenon/backend/reference.hpp>
#include <tenon/model/model.hpp>

#include "network.hpp"

int main() {
  using namespace tenon;
  Model<Network, Input<32, 28, 28>, Devices<1>> model(Reference{});
  const std::vector<float> weight(784 * 512, 0.001f), image(28 * 28, 0.5f);
  model.set_parameter<float>("layer1.weight", weight);
  const auto logits = model.predict(image);  // a batch of one is planned at run time
  std::printf("%zu logits, the first is %g\n", logits.size(), double(logits[0]));
}
