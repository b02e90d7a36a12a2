// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a model file becomes a program of all ranks:
///   model.build_from_file(path, ModelType::ANY, {}, {}, {.strategy = "strategy.ckpt"});
#include <optional>
#include <string>
#include <vector>

#include <tenon/core/dims.hpp>
#include <tenon/model/load_options.hpp>
#include <tenon/plan/with_stages.hpp>
#include <tenon/search/machines.hpp>
#include <tenon/search/mode.hpp>

namespace tenon {

/// In place of a network in C++.
struct FromFile;
template <class Network = FromFile, class Input = void, class Devices = void>
class Model;
using FileModel = Model<FromFile, void, void>;

enum class ModelType { MINDIR, ONNX, ANY };  // ANY: as the file says itself

/// The shape of an input; of no name: the next one in order.
struct InputShape {
  std::string name;
  Dims shape;
};

/// Strategies are found by search, for a machine: Tenon's cpu, where none is given.
struct AutoParallel {
  SearchMode mode = SearchMode::dynamic_programming;
  Machine machine = CpuNode::machine;
};

/// What is not stated is MindSpore's default: rows of the batch over all ranks, and every rank
/// holds all weights.
struct BuildOptions {
  /// MindSpore's strategy file: how operators are cut, and their pipeline stages; with {} where a
  /// rank's number goes the files of all stages.
  std::string strategy{};
  /// Of layers, besides what `strategy` says: {{"layer1", 0}, {"layer3", 1}}.
  std::vector<LayerStage> pipeline_stages{};
  /// Instead of `strategy`: large weights over all ranks (of a stage), by plan/cut_weights.hpp.
  bool cut_weights = false;
  /// Besides what `strategy` says, instead of `cut_weights`: found by search, once, for the shapes
  /// of the build (of its largest micro-batch); other batches keep what was found for these.
  std::optional<AutoParallel> auto_parallel{};
  std::vector<InputShape> shapes{};  // of inputs; none: the file's, an open batch is one row
  std::string output{};              // the name of the one output that is wanted; none: all
  std::string checkpoint{};  // values for the parameters: one file, or 'DIR/rank_{}/x{}.ckpt'
  std::string checkpoint_strategy{};  // how these files are cut; none: as `strategy` says
  LoadWay way = LoadWay::mapped;      // how weights of the model file are loaded
  /// Of a batch, or as many as it has rows, where the network has pipeline stages.
  Index micro_batches = 1;
  /// Of a pipeline: false leaves the outputs of all but the last stage's ranks without values, and
  /// none waits for the last one.
  bool pipeline_result_broadcast = true;
  /// A model that was built, whose parameters are used: nothing is read then, `checkpoint` says
  /// only that they are the file's own (as there).
  const FileModel* weights_of = nullptr;
};

}  // namespace tenon
