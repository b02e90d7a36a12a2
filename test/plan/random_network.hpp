// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Networks of random operators with random legal strategies:
///   RandomNetwork network(seed, batch, devices);  plan(network.graph, devices)
/// The same seed is the same network, on every rank and every machine.
#include "virtual_machine.hpp"

namespace tenon::test {

struct RandomNetwork {
  Graph graph;
  std::vector<Whole> inputs;
  NamedTensors parameters;

  RandomNetwork(std::uint64_t seed, Index batch, Index devices);
  /// A number from 0 to count - 1.
  Index draw(Index count) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return Index(state_ >> 33) % count;
  }

 private:
  std::uint64_t state_;
};

}  // namespace tenon::test
