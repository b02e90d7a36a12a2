// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What every program that runs a model file lets its user say: the model, how it is cut, who
/// computes, and how its ranks meet.
#include <CLI/CLI.hpp>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/model/file_model.hpp>
#include <tenon/model/input_shapes.hpp>

namespace tenon::program {

struct ModelOptions {
  std::string path, config, backend = "cpu", weights = "float32";
  std::string shapes;  // NAME:1,28,28;NAME:1
  int threads = 1, devices = 0;
  bool reproducible = false;
  BuildOptions build;
  std::string join;  // HOST:PORT, without mpirun
  std::optional<int> rank, ranks;
};

inline void describe(CLI::App& app, ModelOptions& o) {
  app.add_option("model", o.path,
                 "a MindIR or ONNX file, or one with {} where the rank's number goes")
      ->required();
  app.add_option("--strategy", o.build.strategy,
                 "MindSpore's strategy file: how operators are cut");
  app.add_option("--devices", o.devices,
                 "instead of a strategy: cut over so many ranks, which mpirun must start; large "
                 "weights as --cut-weights does");
  app.add_flag("--cut-weights", o.build.cut_weights,
               "cut large weights over all ranks [rows of the batch over all ranks]");
  app.add_option("--checkpoint", o.build.checkpoint,
                 "values of parameters: one whole file, or 'DIR/rank_{}/x{}.ckpt'");
  app.add_option("--checkpoint-strategy", o.build.checkpoint_strategy,
                 "how these files are cut [as --strategy says]");
  app.add_option("--input-shape", o.shapes,
                 "other shapes than the file's for inputs: \"image:1,28,28;mask:1\"");
  app.add_option("--config", o.config, "config_file.ini of sections like [ascend_context]");
  app.add_option("--backend", o.backend, "who computes")
      ->check(CLI::IsMember({"cpu", "reference"}))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "threads of each rank")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--weights", o.weights, "how the cpu keeps them")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->capture_default_str();
  app.add_flag("--reproducible", o.reproducible, "the same bits on any number of ranks");
  app.add_option(
      "--join", o.join,
      "without mpirun: HOST:PORT where rank 0 is met; give --rank and --ranks, or RANK_ID "
      "and RANK_SIZE in the environment");
  app.add_option("--rank", o.rank, "without mpirun: which rank this process is");
  app.add_option("--ranks", o.ranks, "without mpirun: how many there are");
}

inline std::unique_ptr<Backend> backend_of(const ModelOptions& o) {
  if (o.backend == "reference") {
    if (o.threads != 1 || o.weights != "float32")
      throw Error("--threads and --weights are the cpu's: --backend reference has one of each");
    return std::make_unique<Reference>(ReferenceOptions{.reproducible = o.reproducible});
  }
  return std::make_unique<Cpu>(
      CpuOptions{.threads = o.threads,
                 .weights = o.weights == "bfloat16" ? Element::bfloat16 : Element::float32,
                 .reproducible = o.reproducible});
}

}  // namespace tenon::program
