// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What every program that runs a model file lets its user say: the model, how it is cut, who
/// computes, and how its ranks meet.
#include <tenon/model/file_model.hpp>
#include <tenon/model/input_shapes.hpp>

#include "../support/auto_options.hpp"
#include "../support/backend_options.hpp"
#include "../support/stage_options.hpp"

namespace tenon::program {

struct ModelOptions {
  std::string path, config;
  std::string shapes;  // NAME:1,28,28;NAME:1
  int devices = 0;
  std::vector<std::string> stages;  // layer1=0
  AutoOptions search;
  BackendOptions backend;
  BuildOptions build;
  std::string join;  // HOST:PORT, without mpirun
  std::optional<int> rank, ranks;
};

inline void describe(CLI::App& app, ModelOptions& o) {
  app.add_option("model", o.path,
                 "a MindIR or ONNX file, or one with {} where the rank's number goes")
      ->required();
  app.add_option("--strategy", o.build.strategy,
                 "MindSpore's strategy file: how operators are cut, and their pipeline stages; "
                 "with {} in its name the files of all stages");
  describe_stages(app, o.stages);
  app.add_option("--micro-batches", o.build.micro_batches,
                 "parts in which a batch goes through the stages of a pipeline")
      ->check(CLI::Range(Index(1), Index(1) << 31))
      ->capture_default_str();
  app.add_option("--devices", o.devices,
                 "instead of a strategy: cut over so many ranks, which mpirun must start; large "
                 "weights as --cut-weights does");
  app.add_flag("--cut-weights", o.build.cut_weights,
               "cut large weights over all ranks [rows of the batch over all ranks]");
  describe(app, o.search);
  app.add_option("--checkpoint", o.build.checkpoint,
                 "values of parameters: one whole file, or 'DIR/rank_{}/x{}.ckpt'");
  app.add_option("--checkpoint-strategy", o.build.checkpoint_strategy,
                 "how these files are cut [as --strategy says]");
  app.add_option("--input-shape", o.shapes,
                 "other shapes than the file's for inputs: \"image:1,28,28;mask:1\"");
  app.add_option("--config", o.config, "config_file.ini of sections like [ascend_context]");
  describe(app, o.backend);
  app.add_option(
      "--join", o.join,
      "without mpirun: HOST:PORT where rank 0 is met; give --rank and --ranks, or RANK_ID "
      "and RANK_SIZE in the environment");
  app.add_option("--rank", o.rank, "without mpirun: which rank this process is");
  app.add_option("--ranks", o.ranks, "without mpirun: how many there are");
}

}  // namespace tenon::program
