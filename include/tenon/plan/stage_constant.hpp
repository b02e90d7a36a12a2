// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The plans of a pipeline's stages as constants:
///   static_assert(stage_plan_of<Network, 1, Devices<8>, Input<32, 28, 28>>.devices == 4);
/// What is illegal fails one assertion that names the layer and the numbers.
#include <tenon/plan/constant.hpp>
#include <tenon/plan/stage_plan.hpp>

namespace tenon {

/// The network's inputs, and the options of its stages: inputs are given over a stage's ranks.
template <class... Parts>
constexpr Interface stage_interface(Index ranks, Index stages, Index rows = 0) {
  return interface_of<Parts...>(stages > 0 && ranks % stages == 0 ? ranks / stages : ranks, rows);
}

/// The network's graph for so many ranks in all; its constructor is given their number.
template <class Network, class... Parts>
constexpr Graph staged_graph(Index ranks, Index rows = 0) {
  return trace(instantiate<Network>(ranks), interface_of<Parts...>(ranks, rows).inputs);
}

/// How many stages the network has on so many ranks.
template <class Network, class... Parts>
constexpr Index stage_count(Index ranks) {
  return stages_of(staged_graph<Network, Parts...>(ranks), ranks).count;
}

/// All stages, as a function: for other batches at run time. Equal to the constants.
template <class Network, class... Parts>
constexpr Pipeline plan_network_stages(Index ranks) {
  const Graph graph = staged_graph<Network, Parts...>(ranks);
  const Interface all = stage_interface<Parts...>(ranks, stages_of(graph, ranks).count);
  return plan_stages(graph, ranks, all.options);
}

/// @param stage -1: the last one, and with it the finding of any.
template <class Network, Index stage, class Devices, class... Parts>
struct StagePlanSource {
  static constexpr Plan make() {
    const Pipeline all = plan_network_stages<Network, Parts...>(Devices::value);
    Plan plan;
    if (!all.finding)
      plan = all.stages[stage < 0 ? all.stages.size() - 1 : std::size_t(stage)].plan;
    plan.finding = all.finding;
    plan.where = all.where;
    if (all.finding) plan.letters = all.letters;
    return plan;
  }
};
template <class Network, Index stage, class Devices, class... Parts>
using CompiledStage = Frozen<StagePlanSource<Network, stage, Devices, Parts...>>;

/// The last stage's, which is legal where all are.
template <class Network, class Devices, class... Parts>
using CompiledStages = CompiledStage<Network, -1, Devices, Parts...>;

template <class Network, Index stage, class Devices, class... Parts>
inline constexpr const auto& stage_plan_of = CompiledStage<Network, stage, Devices, Parts...>::plan;

}  // namespace tenon
