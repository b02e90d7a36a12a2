// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The network that is explained: the tutorial's, or that of a model file; as it says, or as a
/// strategy file says how it is cut and in which pipeline stages.
///   explained_graph({.devices = 8, .batch = 32, .model = "mlp.mindir", .strategy = "s.ckpt"})
#include <string>

#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/model_file/read_model.hpp>
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/plan/constant.hpp>
#include <tenon/plan/with_stages.hpp>

#include "../network.hpp"

namespace tenon::explain {

struct NetworkOptions {
  Index devices = 8, batch = 32;  // ranks of all stages; 0 rows: the model file's
  bool record = false, strict = false, as_json = false;
  std::string model = {}, strategy = {};  // files; none: the tutorial's network, and its cuts
  std::vector<LayerStage> stages = {};    // besides those of the strategy file
};

/// A model file's network. @param batch rows; 0: the file's, or one where it leaves them open
inline Graph model_graph(const std::string& path, Index batch) {
  const ModelFile file = read_model(path);
  ImportOptions how;
  for (const FileTensor& input : file.inputs) {
    Dims shape = input.shape;
    if (!shape.empty() && (batch || shape[0] < 0)) shape[0] = batch ? batch : 1;
    how.shapes.push_back(shape);
  }
  return import_model(file, how).graph;
}

inline Graph explained_graph(const NetworkOptions& o) {
  Graph graph = o.model.empty()
                    ? trace(instantiate<Network>(o.devices),
                            interface_of<Input<32, 28, 28>>(o.devices, o.batch).inputs)
                    : model_graph(o.model, o.batch);
  if (o.model.empty() && !(o.strategy.empty() && o.stages.empty()))
    for (Node& node : graph.nodes) node.splits = {};  // those of the tutorial are for all ranks
  if (!o.strategy.empty()) graph = with_strategies(std::move(graph), read_strategies(o.strategy));
  return with_stages(std::move(graph), o.stages);
}

/// Of its first input.
inline Index rows_of(const Graph& graph) {
  if (graph.inputs.empty()) return 1;
  const Dims& shape = graph.nodes[std::size_t(graph.inputs[0])].shape;
  return shape.empty() ? 1 : shape[0];
}

/// "The tutorial's network on 8 ranks, batch 32"
inline std::string heading(const NetworkOptions& o, const Graph& graph) {
  return sentence(o.model.empty() ? "The tutorial's network" : o.model, " on ", o.devices,
                  o.devices == 1 ? " rank" : " ranks", ", batch ", rows_of(graph));
}

}  // namespace tenon::explain
