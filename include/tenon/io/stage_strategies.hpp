// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The strategy files that MindSpore would save of a network in several pipeline stages, one for
/// each stage; merged they are one (io/strategy_stages.hpp).
///   write_strategy("strategy.ckpt", merge_strategies(stage_strategies(graph, 8)));
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/strategy_stages.hpp>
#include <tenon/plan/stage_graph.hpp>

namespace tenon {

/// @param ranks of all stages together.
/// @throws Error with what is wrong with the stages, or as strategy_file: a stage without
/// parameters has no strategy file.
inline std::vector<StrategyFile> stage_strategies(const Graph& graph, Index ranks) {
  const Stages stages = stages_of(graph, ranks);
  if (stages.finding) throw Error(text(stages.finding, graph.names[stages.finding.where]));
  std::vector<StrategyFile> files;
  for (Index stage = 0; stage < stages.count; ++stage) {
    const StageGraph part(graph, stages, stage);
    if (part.graph.parameters.empty())
      throw Error(std::string("stage ")
                      .append(std::to_string(stage))
                      .append(" of ")
                      .append(std::to_string(stages.count))
                      .append(" has no parameters, so that no strategy file can name it; legal: "
                              "parameters in every stage, or a checkpoint of whole ones"));
    files.push_back(strategy_file(network_record(part.graph, stages.ranks), stage));
    files.back().path = std::string("stage ").append(std::to_string(stage));
  }
  return files;
}

}  // namespace tenon
