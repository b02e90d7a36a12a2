// SPDX-License-Identifier: Apache-2.0
// Runs a model file in several processes of one machine, each with a part of the batch:
//   tenon-pool mlp.mindir --workers 2 --input x.npy --output y.npy --repeat 10
#include <chrono>
#include <filesystem>
#include <iostream>

#include <tenon/io/model_file/read_model.hpp>
#include <tenon/model/pool/serve_worker.hpp>
#include <tenon/model/pool/worker_pool.hpp>

#include "model/inputs.hpp"

using namespace tenon;
using namespace tenon::program;

struct Options {
  std::string path, checkpoint, checkpoint_strategy;
  BackendOptions backend;
  int workers = 2;
  std::vector<std::string> inputs, outputs;  // FILE, or NAME=FILE
  std::vector<std::string> without_batch;
  Index batch = 0, repeat = 1;
  double patience = 0;  // seconds
};

static void describe(CLI::App& app, Options& o) {
  const CLI::Range number(Index(1), Index(1) << 31);
  app.add_option("model", o.path, "a MindIR or ONNX file")->required();
  app.add_option("--workers", o.workers, "processes")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--input", o.inputs, "x.npy, or NAME=x.npy; once for each input, in order [ones]")
      ->allow_extra_args(false);
  app.add_option("--output", o.outputs, "y.npy, or NAME=y.npy; once for each output that is kept")
      ->allow_extra_args(false);
  app.add_option("--batch", o.batch, "rows of inputs of ones [the model's]")->check(number);
  app.add_option("--repeat", o.repeat, "how often to predict")
      ->check(number)
      ->capture_default_str();
  app.add_option("--without-batch", o.without_batch,
                 "an input that every worker gets whole, or an output that is the same on all")
      ->allow_extra_args(false);
  app.add_option("--checkpoint", o.checkpoint, "values that the model file lacks");
  app.add_option("--checkpoint-strategy", o.checkpoint_strategy,
                 "how its files are cut, where it is 'DIR/rank_{}/x{}.ckpt'");
  describe(app, o.backend);
  app.add_option("--patience", o.patience, "seconds after which a worker is late [never]")
      ->check(CLI::Range(0., 1e9));
}

/// What a worker does.
class Worker {
 public:
  explicit Worker(const Options& o) {
    model_.build_from_file(
        o.path, ModelType::ANY, backend_of(o.backend),
        {.checkpoint = o.checkpoint, .checkpoint_strategy = o.checkpoint_strategy});
  }
  std::vector<PoolTensor> predict(std::span<const PoolTensor> inputs) {
    std::vector<ModelTensor> given;
    for (const PoolTensor& x : inputs)
      given.emplace_back(std::string(x.name), x.shape, x.element, x.data.data());
    outputs_ = model_.predict(given);
    std::vector<PoolTensor> all;
    for (const ModelTensor& y : outputs_) {
      const auto* data = static_cast<const std::byte*>(y.data());
      all.push_back({y.name(), y.element(), y.shape(), {data, std::size_t(y.data_size())}});
    }
    return all;
  }

 private:
  FileModel model_;
  std::vector<ModelTensor> outputs_;
};

/// As the file says them, without values; an open batch is one row.
static std::vector<ModelTensor> inputs_of_file(const std::string& path) {
  const ModelFile file = read_model(path);
  std::vector<ModelTensor> inputs;
  for (const FileTensor& input : file.inputs) {
    Dims shape = input.shape;
    if (!shape.empty() && shape[0] < 0) shape[0] = 1;
    inputs.emplace_back(std::string(file.name(input.value)), shape, input.element, nullptr);
  }
  return inputs;
}

static PoolTensor pool_tensor(const ModelTensor& x) {
  const auto* data = static_cast<const std::byte*>(x.data());
  return {x.name(), x.element(), x.shape(), {data, std::size_t(x.data_size())}};
}

/// @throws Error for a name in --without-batch that no input and no output has.
static void check_names(const std::vector<std::string>& names, std::span<const PoolTensor> inputs,
                        std::span<const PoolTensor> outputs) {
  for (const std::string& name : names) {
    const auto has_it = [&](const PoolTensor& tensor) { return tensor.name == name; };
    if (!std::ranges::any_of(inputs, has_it) && !std::ranges::any_of(outputs, has_it))
      throw Error(sentence("--without-batch names ", name, ", which is no input or output"));
  }
}

static void run(const Options& o, const std::vector<std::string>& command) {
  const std::vector<ModelTensor> given = inputs_of(inputs_of_file(o.path), o.inputs, o.batch);
  const std::vector<Destination> destinations = destinations_of(o.outputs);
  for (const Destination& to : destinations) check_folder(to.path);
  const auto patience = std::chrono::nanoseconds(std::int64_t(o.patience * 1e9));
  {
    WorkerPool pool({.workers = o.workers,
                     .command = command,
                     .without_batch = o.without_batch,
                     .patience = patience});
    pool.build();
    for (int worker = 0; worker < pool.size(); ++worker)
      std::cout << "Success to build model " << worker << std::endl;
    std::vector<PoolTensor> inputs;  // in the workers' memory, once
    for (const ModelTensor& x : given) inputs.push_back(pool.input(pool_tensor(x)));
    std::span<const PoolTensor> outputs;
    const auto start = std::chrono::steady_clock::now();
    for (Index i = 0; i < o.repeat; ++i) outputs = pool.predict(inputs);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << "Total predict time =  " << seconds.count() << std::endl;
    check_names(o.without_batch, inputs, outputs);
    std::vector<ModelTensor> kept;
    for (const PoolTensor& y : outputs)
      kept.emplace_back(std::string(y.name), y.shape, y.element, y.data.data());
    write(kept, destinations);
  }  // the workers end
  std::cout << "=========== success ===========" << std::endl;
  if (!std::cout) throw Error("cannot write to stdout");
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Runs a MindIR or ONNX model in several processes of this machine"};
  app.footer("Example:\n  tenon-pool mlp.mindir --workers 2 --input x.npy --output y.npy");
  try {
    describe(app, options);
    app.parse(argc, argv);
    if (is_pool_worker()) {  // started by run(), with the same words
      if (!serve_worker([&](int) { return Worker(options); })) return 1;
      std::cout << "Receive exit message  and start to exit\n" << std::flush;
      return 0;
    }
    std::vector<std::string> command(argv, argv + argc);
    command[0] = std::filesystem::canonical("/proc/self/exe");
    run(options, command);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) ? 2 : 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
