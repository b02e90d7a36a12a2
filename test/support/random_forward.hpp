// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A random network on this rank: its blocks of the parameters and inputs, ready to run.
///   RandomNetwork network(seed, batch, devices);
///   const Plan p = random_plan(network, seed, devices);
///   RandomForward forward(p, network, backend, communication);  forward.run();
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "../plan/random_network.hpp"

namespace tenon::test {

/// Outputs and inputs of every kind, by the seed: whole, cut in rows, or as they are computed.
inline Plan random_plan(const RandomNetwork& network, std::uint64_t seed, Index devices) {
  PlanOptions options;
  if (seed % 4 == 1) options.output = PlanOptions::Output::rows;
  if (seed % 4 == 2) options.output = PlanOptions::Output::as_computed;
  if (network.graph.nodes[std::size_t(network.graph.output)].shape.empty()) options = {};
  if (seed % 3 == 0)
    for (const Whole& x : network.inputs)
      options.inputs.push_back(whole(x.shape).cut(0, {{devices, 1}}));
  return plan(network.graph, devices, options);
}

struct RandomForward {
  Parameters parameters;
  Executor executor;
  std::vector<std::vector<std::byte>> blocks;  // of the inputs
  std::vector<const void*> inputs;             // where they are
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
    for (const auto& block : blocks) inputs.push_back(block.data());
  }
  RandomForward(const RandomForward&) = delete;
  /// This rank's block of the output, until the next run. It allocates nothing itself.
  std::span<const float> run() {
    const PlanView& plan = executor.plan();
    const auto* y = static_cast<const float*>(executor.run(inputs));
    return {y, std::size_t(volume(plan.buffer(plan.output).distribution.box(rank)))};
  }
};

}  // namespace tenon::test
