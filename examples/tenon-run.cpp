// SPDX-License-Identifier: Apache-2.0
// Runs a model file on the ranks of mpirun, or of one command for each rank:
//   mpirun -n 8 tenon-run mlp.mindir --strategy s.ckpt --input x.npy --output y.npy
#include <chrono>
#include <nlohmann/json.hpp>

#include <tenon/core/hash.hpp>
#include <tenon/io/npy.hpp>
#include <tenon/model/export.hpp>
#include <tenon/plan/stage_text.hpp>
#include <tenon/run/device_advice.hpp>

#include "model/inputs.hpp"
#include "model/launch.hpp"

using namespace tenon;
using namespace tenon::program;

struct RunOptions : ModelOptions {
  std::vector<std::string> inputs, outputs;  // FILE, or NAME=FILE
  std::string exported;                      // DIR/net_rank_{}
  Index batch = 0, repeat = 1;
  bool as_json = false, shows_plan = false;
};

static void describe(CLI::App& app, RunOptions& o) {
  describe(app, static_cast<ModelOptions&>(o));
  app.add_option("--input", o.inputs, "x.npy, or NAME=x.npy; once for each input, in order [ones]")
      ->allow_extra_args(false);
  app.add_option("--output", o.outputs, "y.npy, or NAME=y.npy; once for each output that is kept")
      ->allow_extra_args(false);
  app.add_option("--batch", o.batch, "rows of inputs of ones [the model's]")
      ->check(CLI::Range(Index(1), Index(1) << 31));
  app.add_option("--repeat", o.repeat,
                 "how often to predict; the least time is said; 0: build only")
      ->check(CLI::Range(Index(0), Index(1) << 31))
      ->capture_default_str();
  app.add_option("--export", o.exported,
                 "'DIR/net_rank_{}': write a .mindir file for each rank, and end");
  app.add_flag("--plan", o.shows_plan, "show what is computed and exchanged, step by step, first");
  app.add_flag("--json", o.as_json, "one JSON document instead");
  app.footer(
      "Examples:\n  mpirun -n 8 tenon-run mlp.mindir --strategy s.ckpt --input x.npy --output "
      "y.npy\n  mpirun -n 8 --output-filename log_output tenon-run mlp.mindir     a log for each "
      "rank\n  RANK_ID=0 RANK_SIZE=2 tenon-run mlp.onnx --join 10.0.0.1:7000     and so on rank 1");
}

using Clock = std::chrono::steady_clock;

static double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Element i as a number, whatever it is.
static double number(const ModelTensor& y, Index i) {
  return visit_element(y.element(),
                       [&]<class T>(T) { return double(static_cast<const T*>(y.data())[i]); });
}

static nlohmann::ordered_json described(const ModelTensor& y) {
  nlohmann::ordered_json first = nlohmann::ordered_json::array();
  for (Index i = 0; i < std::min<Index>(y.element_num(), 10); ++i) first.push_back(number(y, i));
  return {{"name", y.name()},
          {"shape", std::vector<Index>(y.shape().begin(), y.shape().end())},
          {"element", std::string(text(y.element()))},
          {"bytes", y.data_size()},
          {"elements", y.element_num()},
          {"first", first}};
}

/// As the tutorial prints them.
static void print(const ModelTensor& y) {
  std::cout << "tensor's name is:" << y.name() << " data size is:" << y.data_size()
            << " tensor elements num is:" << y.element_num() << "\noutput data is: ";
  for (Index i = 0; i < std::min<Index>(y.element_num(), 10); ++i) std::cout << number(y, i) << " ";
  std::cout << "\n";
}

static void print_steps(const PlanView& plan) {
  for (const Step& step : plan.steps) std::cout << text(plan, step) << "\n";
}
/// Of a pipeline all stages'.
static void print_plan(FileModel& model) {
  if (model.stages() == 1) return print_steps(model.plan());
  const Pipeline& pipeline = model.pipeline();
  for (Index stage = 0; stage < model.stages(); ++stage) {
    const StagePlan& own = pipeline.stages[std::size_t(stage)];
    std::cout << stage_title(pipeline, stage) << "\n";
    print_steps(view(own.plan));
    if (!own.sent.empty()) std::cout << sending_title(pipeline, stage) << "\n";
    for (const Crossing& crossing : own.sent) std::cout << "  " << text(pipeline, crossing) << "\n";
  }
}

static void run(FileModel& model, bool first, RunOptions o) {
  const auto start = Clock::now();
  build(model, o);
  const double build_seconds = seconds_since(start);
  if (!o.exported.empty()) {
    const bool has_end = o.exported.ends_with(".mindir");
    const std::string names = has_end ? o.exported : o.exported + ".mindir";
    export_model(model, names);
    if (first)
      std::cout << "wrote " << names << " of " << model.communication().size() << " ranks\n";
    return;
  }
  std::vector<ModelTensor> inputs;
  std::vector<Destination> destinations;
  model.communication().together([&] {
    inputs = inputs_of(model.get_inputs(), o.inputs, o.batch);
    destinations = destinations_of(o.outputs);
    for (const Destination& to : destinations) check_folder(to.path);
  });
  Hash asked;  // who is asked for something else waits for ever
  asked.add(o.repeat).add(o.shows_plan);
  for (const ModelTensor& x : inputs) asked.add(x.name()).add(text(x.shape()));
  if (!model.communication().agree(asked.value))
    throw Error("the ranks were given different inputs, or another --batch, --repeat or --plan");
  std::string devices;
  if (o.shows_plan) devices = device_advice(model.communication(), model.backend());
  model.communication().together([&] {
    if (!o.shows_plan || o.as_json || !first) return;
    print_plan(model);
    if (!devices.empty()) std::cout << "note: " << devices << "\n";
  });
  double first_seconds = 0, least_seconds = 0;
  std::vector<ModelTensor> outputs;
  for (Index i = 0; i < o.repeat; ++i) {
    const auto begin = Clock::now();
    outputs = model.predict(inputs);
    const double seconds = seconds_since(begin);
    if (i == 0) first_seconds = least_seconds = seconds;
    least_seconds = std::min(least_seconds, seconds);
  }
  model.communication().together([&] {
    if (first && o.repeat) write(outputs, destinations);
  });
  if (!first) return;
  if (o.as_json) {
    nlohmann::ordered_json all;
    all["outputs"] = nlohmann::ordered_json::array();
    for (const ModelTensor& y : outputs) all["outputs"].push_back(described(y));
    all["ranks"] = model.communication().size();
    all["seconds"] = {{"build", build_seconds}, {"first", first_seconds}, {"least", least_seconds}};
    std::cout << all.dump(1) << "\n";
    return;
  }
  for (const ModelTensor& y : outputs) print(y);
  std::printf("load and build: %.3f s", build_seconds);
  if (o.repeat > 0) std::printf(", first predict: %.6f s", first_seconds);
  if (o.repeat > 1)
    std::printf(", least of %lld: %.6f s", static_cast<long long>(o.repeat), least_seconds);
  std::printf("\n");
}

int main(int argc, char** argv) {
  RunOptions options;
  CLI::App app{"Runs a MindIR or ONNX model, cut over the ranks"};
  describe(app, options);
  return launch(argc, argv, app, options,
                [&](FileModel& model, bool first) { run(model, first, options); });
}
