// SPDX-License-Identifier: Apache-2.0
#pragma once
// A random network on this rank: its blocks of the parameters and inputs, ready to run.
#include <tenon/run/executor.hpp>

#include "../plan/random_network.hpp"

namespace tenon::test {

struct RandomForward {
  Parameters parameters;
  Executor executor;
  std::vector<std::vector<std::byte>> blocks;
  Index rank;

  RandomForward(const Plan& plan, RandomNetwork& network, const Backend& backend,
                Communication& communication)
      : parameters(view(plan)),
        executor(view(plan), backend, communication, parameters),
        rank(communication.rank()) {
    for (const auto& [name, whole] : network.parameters)
      for (const auto& slice : parameters.slices())
        if (slice.name == name) parameters.set(name, whole.as<float>(), rank);
    for (std::size_t i = 0; i < network.inputs.size(); ++i)
      blocks.push_back(
          block_of(network.inputs[i], plan.buffer(plan.inputs[i]).distribution.box(rank)));
  }
  /// This rank's block of the output, until the next run.
  std::span<const float> run() {
    std::vector<const void*> inputs;
    for (const auto& block : blocks) inputs.push_back(block.data());
    const PlanView& plan = executor.plan();
    const auto* y = static_cast<const float*>(executor.run(inputs));
    return {y, std::size_t(volume(plan.buffer(plan.output).distribution.box(rank)))};
  }
};

}  // namespace tenon::test
