// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model file as a network: the graph that a struct with `construct` would trace to, and where
/// the values of its parameters are.
///   ModelFile file = read_model("mlp.onnx");
///   Imported net = import_model(file, {{{32, 28, 28}}});
///   Plan p = plan(net.graph, 8);  net.parameters[0].tensor.name == "layer1.weight"
#include <tenon/io/model_file/model_file.hpp>
#include <tenon/network/graph.hpp>

namespace tenon {

/// A parameter of the graph, of its name, shape and element.
struct ImportedParameter {
  StoredTensor tensor;     // its values: in the file, or owned by the import
  bool has_values = true;  // else a checkpoint must give them
  bool is_of_file = true;  // else made here: a number, or weights with a normalisation in them
};

/// Movable; the file must outlive it.
struct Imported {
  Graph graph;
  std::vector<ImportedParameter> parameters;  // in the order of graph.parameters
  std::vector<std::string> inputs;            // the file's names, in the order of graph.inputs
  std::vector<std::string> outputs;           // of graph.output, then of graph.further
  std::vector<std::vector<char>> owned;
};

struct ImportOptions {
  /// Of the inputs, in their order; none: the file's. A dimension that the file fixes must be the
  /// file's, but the leading one, the batch, may be any: the network then has as many rows.
  std::vector<Dims> shapes{};
  /// The name of the one output that is wanted; none: all.
  std::string output{};
  /// Parameters stay as they are in the file, so that a checkpoint can be loaded over them: no
  /// normalisation is folded into weights.
  bool keep_parameters = false;
  /// Operators are told what the file has for them: in_strategy, as `shard` sets it, and the stage
  /// of a pipeline, as `set_stage` does.
  bool keep_strategies = false;
};

}  // namespace tenon
