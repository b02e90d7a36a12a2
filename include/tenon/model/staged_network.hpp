// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network in C++ whose layers have pipeline stages, as one program for several numbers of ranks.
#include <tenon/model/program.hpp>
#include <tenon/plan/planned_stages.hpp>
#include <tenon/plan/stage_constant.hpp>
#include <tenon/run/pipeline_forward.hpp>

namespace tenon {

/// Behind the inputs: each batch goes through the pipeline in so many parts of its rows, or as many
/// as it has rows.
template <Index count>
struct MicroBatches {
  static_assert(count > 0, "tenon: a batch is one micro-batch or more");
  static constexpr Index micro_batches = count;
};
/// Behind the inputs: the ranks of all stages get the result. MindSpore: pipeline_result_broadcast.
struct PipelineResultBroadcast {
  static constexpr bool result_broadcast = true;
};

namespace detail {

/// Its interface, its graph, and its plans for any batch.
template <class Network, class Input, class Devices>
struct StagedNetwork;
template <class Network, class... Parts, Index... counts>
struct StagedNetwork<Network, Inputs<Parts...>, AnyOf<counts...>> {
  static_assert((CompiledStages<Network, Devices<counts>, Parts...>::legal && ...));

  static Interface interface(Index ranks, Index stages, Index rows) {
    return stage_interface<Parts...>(ranks, stages, rows);
  }
  static Graph graph(Index ranks, Index rows) {
    return staged_graph<Network, Parts...>(ranks, rows);
  }
  /// @throws Error that lists the legal numbers of ranks.
  static Pipeline pipeline(Index ranks, Index rows, const Pipeline* loaded) {
    if (!((ranks == counts) || ...))
      throw Error(std::string("this program runs on ")
                      .append(text(Vector<Index, 64>{counts...}))
                      .append(" ranks, not on ")
                      .append(std::to_string(ranks)));
    const Graph network = graph(ranks, rows);
    const Interface all = interface(ranks, stages_of(network, ranks).count, rows);
    return planned_stages(network, ranks, all.options, loaded);
  }
  static constexpr PipelineSettings settings() {
    PipelineSettings settings;
    const auto add = [&]<class Part>(Part) {
      if constexpr (requires { Part::micro_batches; }) settings.micro_batches = Part::micro_batches;
      if constexpr (requires { Part::result_broadcast; }) settings.result_broadcast = true;
      static_assert(
          !requires { Part::options_for(PlanOptions()); },
          "tenon: strategies are found (Auto) for networks of one stage");
    };
    (add(Parts{}), ...);
    return settings;
  }
};
template <class Network, class Input, Index... counts>
struct StagedNetwork<Network, Input, AnyOf<counts...>>
    : StagedNetwork<Network, Inputs<Input>, AnyOf<counts...>> {};
template <class Network, class Input, Index count>
struct StagedNetwork<Network, Input, Devices<count>> : StagedNetwork<Network, Input, AnyOf<count>> {
};

}  // namespace detail

}  // namespace tenon
