// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network's layers put into the stages of a pipeline, by the names of their parameters:
///   with_stages(graph, {{"layer1", 0}, {"layer3", 1}})
/// MindSpore: pipeline_stage of a cell, set from outside.
#include <string>
#include <vector>

#include <tenon/plan/stages.hpp>

namespace tenon {

struct LayerStage {
  std::string layer;  // "layer3": parameters of that name, and of names that go on with a dot
  Index stage = 0;
};

/// Operators that read a parameter of a layer are told its stage; the others keep theirs.
/// @throws Error when no operator reads a parameter of a layer, or a stage is below 0.
inline Graph with_stages(Graph graph, const std::vector<LayerStage>& layers) {
  for (const LayerStage& told : layers) {
    if (told.stage < 0)
      throw Error(std::string("the layer ")
                      .append(told.layer)
                      .append(" is put into stage ")
                      .append(std::to_string(told.stage))
                      .append("; legal: 0 or more"));
    const auto is_of_layer = [&](const Node& parameter) {
      const std::string_view name = graph.names[parameter.name];
      return parameter.kind == Node::Kind::parameter && name.starts_with(told.layer) &&
             (name.size() == told.layer.size() || name[told.layer.size()] == '.');
    };
    bool any = false;
    for (Node& node : graph.nodes)
      for (int input : node.inputs)
        if (is_of_layer(graph.nodes[std::size_t(input)])) node.stage = told.stage, any = true;
    if (!any)
      throw Error(std::string("the layer ")
                      .append(told.layer)
                      .append(" is put into stage ")
                      .append(std::to_string(told.stage))
                      .append(", but no operator reads a parameter of it"));
  }
  return graph;
}

}  // namespace tenon
