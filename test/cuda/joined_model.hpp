// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Two layers joined by a sum over all ranks, on (pretended) devices that exchange in one way:
///   PeerMachine device;  JoinedModel model(exchanging(DeviceExchange::peer), communication);
///   CHECK(model.is_right());
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "../support/cuda/pretended.hpp"

namespace tenon::test {

/// The pretended CUDA of this process, as after it began; and at the end nothing was done to memory
/// that others read.
struct PeerMachine {
  PeerMachine() {
    pretended::device().reset();
    pretended::device().memory = std::size_t(1) << 30;
  }
  ~PeerMachine() {
    CHECK(!pretended::device().freed_while_open);
    CHECK(!pretended::device().closed_elsewhere);
    CHECK(!pretended::device().broken_guard);
    pretended::device().reset();
  }
  pretended::Device* operator->() { return &pretended::device(); }
};

inline Cuda exchanging(DeviceExchange exchange) {
  return Cuda{{.measure = false, .exchange = exchange}};
}

/// Two layers, joined by a sum over all ranks.
struct Joined {
  Index devices;
  constexpr Value construct(Value x) const {
    Dense a("a", 24, 48), b("b", 48, 10);
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
    return b(relu(a(x)));
  }
};

/// A model of it, whose result is right: 24 * .25 + .25 = 6.25; 48 * 6.25 * .25 + .25 = 75.25, all
/// of it exact in any order.
struct JoinedModel {
  Plan p;
  Parameters parameters;
  Executor executor;
  std::vector<float> x = std::vector<float>(3 * 24, 1);
  int own_rank;

  JoinedModel(const Cuda& cuda, Communication& communication)
      : p(plan(trace(Joined{communication.size()}, {{{3, 24}}}), communication.size())),
        parameters(view(p)),
        executor(view(p), cuda, communication, parameters),
        own_rank(communication.rank()) {
    for (const auto& slice : parameters.slices())
      parameters.set(slice.name,
                     std::span<const float>(
                         std::vector<float>(std::size_t(product(slice.distribution.shape)), .25f)),
                     communication.rank());
  }
  const float* run() {
    const void* const inputs[] = {x.data()};
    return static_cast<const float*>(executor.run(inputs));
  }
  /// Other values, of which no sum is exact: the answer's bits tell in which order it was added.
  std::vector<float> rounded_answer() {
    std::mt19937 random(5);
    const auto draw = [&] { return float(random() % 2001) / 1000 - 1; };
    for (const auto& slice : parameters.slices()) {
      std::vector<float> values(std::size_t(product(slice.distribution.shape)));
      std::ranges::generate(values, draw);
      parameters.set<float>(slice.name, values, own_rank);
    }
    std::ranges::generate(x, draw);
    const float* y = run();
    return {y, y + 30};
  }
  bool is_right() {
    const float* y = run();
    return std::all_of(y, y + 30, [](float value) { return value == 75.25f; });
  }
};

}  // namespace tenon::test
