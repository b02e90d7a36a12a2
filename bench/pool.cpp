// SPDX-License-Identifier: Apache-2.0
// How fast two worker processes are together, beside one process of two threads:
//   build/bench/pool [--json FILE] [--seconds 1] [--only "batch 256"] [--python python3]
// The tutorial's network; with --python also onnxruntime in two processes with shared memory.
#include <cstdio>
#include <memory>

#include <tenon/model/model.hpp>
#include <tenon/model/pool/serve_worker.hpp>
#include <tenon/model/pool/worker_pool.hpp>

#include "../examples/network.hpp"
#include "peers/onnxruntime.hpp"
#include "support/environment.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"
#include "support/set_parameters.hpp"
#include "support/tenon_cpu.hpp"

using namespace tenon;

namespace {

const std::vector<long> widths{784, 512, 512, 10};

using Classifier = Model<Network, Input<32, 28, 28>, Devices<1>>;

std::shared_ptr<Classifier> classifier(const bench::Problem& problem) {
  auto model = std::make_shared<Classifier>(bench::cpu_of("fp32", problem.threads));
  bench::set_parameters(*model, problem);
  return model;
}

/// What a worker does.
struct Worker {
  std::shared_ptr<Classifier> model = classifier(bench::ProblemData(1, widths).problem("fp32", 1));

  std::vector<PoolTensor> predict(std::span<const PoolTensor> inputs) {
    const auto y = model->predict(inputs[0].as<float>());  // [rows, 10]
    return {pool_tensor<float>("y", {Index(y.size()) / 10, 10}, y)};
  }
};

bench::Contender in_process(const bench::Problem& problem) {
  const auto model = classifier(problem);
  const std::span<const float> x(problem.x, std::size_t(problem.rows * 784));
  return {"in process", [=] { model->predict(x); }, nullptr,
          [=] {
            std::ranges::copy(model->predict(x), problem.y);
            bench::check(problem);
          }};
}

/// @param in_place the inputs lie in the workers' memory already, as onnxruntime's do.
bench::Contender in_pool(const std::string& name, const bench::Problem& problem, bool in_place) {
  const auto pool = std::make_shared<WorkerPool>(
      PoolOptions{.workers = problem.threads, .command = {"/proc/self/exe"}});
  pool->build();
  const Dims shape{problem.rows, 28, 28};
  std::span<const float> x(problem.x, std::size_t(problem.rows * 784));
  if (in_place) {
    const std::span<float> shared = pool->input<float>("x", shape);
    std::ranges::copy(x, shared.begin());
    x = shared;
  }
  const auto predict = [=] { return pool->predict({pool_tensor<float>("x", shape, x)})[0]; };
  return {name, [=] { predict(); }, nullptr,
          [=] {
            std::ranges::copy(predict().as<float>(), problem.y);
            bench::check(problem);
          }};
}

}  // namespace

int main(int argc, char** argv) try {
  if (is_pool_worker()) return serve_worker([](int) { return Worker(); }) ? 0 : 1;
  bench::use_best_settings(argv);
  bench::Together alone;
  const bench::Options options = bench::options_of(argc, argv, {.seconds = 1});
  bench::Report report("pool", options, alone);
  for (const long rows : {2, 32, 256}) {
    const bench::ProblemData data(rows, widths);
    const bench::Problem problem = data.problem("fp32", 2);
    constexpr double products = 784 * 512 + 512 * 512 + 512 * 10;
    bench::Case what{.name = "batch " + std::to_string(rows) + ", 2 workers",
                     .threads = 1,
                     .flops = 2 * products * double(rows)};
    if (rows == 256) what.bars = {{"onnxruntime", 1.0}, {"in process", 0.95}};
    if (!report.wants(what)) continue;
    std::vector<bench::Contender> all{in_pool("tenon", problem, true),
                                      in_pool("tenon, copied", problem, false),
                                      in_process(problem)};
    const auto child =
        std::make_shared<bench::OnnxRuntime>(options.python, problem, "onnxruntime_pool.py");
    if (!child->missing().empty()) report.skip("onnxruntime", child->missing());
    else
      all.push_back({"onnxruntime", nullptr, [=](long runs) { return child->seconds(runs); },
                     [=] { child->copy_output(problem), bench::check(problem); }});
    report.measure(what, all);
  }
  return report.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
