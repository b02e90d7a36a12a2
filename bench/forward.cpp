// SPDX-License-Identifier: Apache-2.0
// How fast the tutorial's whole network is in one process, beside other libraries:
//   build/bench/forward [--json FILE] [--seconds 1] [--only "batch 32"]
// 784-512-512-10 with ReLU between, for a batch of 1, 32, 256; --python python3: of onnxruntime.
#include <cstdio>
#include <memory>

#include <tenon/model/model.hpp>

#include "../examples/network.hpp"
#include "peers/onnxruntime.hpp"
#include "peers/peer.hpp"
#include "support/environment.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"
#include "support/set_parameters.hpp"
#include "support/tenon_cpu.hpp"

using namespace tenon;

namespace {

/// What Tenon's time is to be beside the peers'.
std::vector<std::pair<std::string, double>> bars(long rows, const std::string& dtype, int threads) {
  if (dtype == "bf16") return {{"onednn", rows == 1 ? 1.2 : 1.0}};
  const double than_onnxruntime = rows == 1 ? 1.3 : rows == 32 ? 1.1 : threads == 1 ? 1.0 : 1.05;
  return {{"onednn", 1.0}, {"onnxruntime", than_onnxruntime}};
}

using Classifier = Model<Network, Input<32, 28, 28>, Devices<1>>;

bench::Contender ours(const bench::Problem& problem, const Cpu& cpu) {
  const auto model = std::make_shared<Classifier>(cpu);
  bench::set_parameters(*model, problem);
  const std::span<const float> x(problem.x, std::size_t(problem.rows * 784));
  return {"tenon", [=] { model->predict(x); }, nullptr, [=] {
            std::ranges::copy(model->predict(x), problem.y);
            bench::check(problem);
          }};
}

/// Those that are there, each with its check.
std::vector<bench::Contender> contenders(const bench::Problem& problem, const std::string& python,
                                         bench::Report& report) {
  std::vector<bench::Contender> all;
  const auto check = [=] { bench::check(problem); };
  all.push_back(ours(problem, bench::cpu_of(problem.dtype, problem.threads)));
  for (const bench::Peer& peer : bench::peers()) {
    if (!peer.missing.empty()) report.skip(peer.name, peer.missing);
    else if (auto run = peer.prepare(problem)) all.push_back({peer.name, run, nullptr, check});
  }
  if (problem.dtype != "fp32") return all;
  const auto child = std::make_shared<bench::OnnxRuntime>(python, problem);
  if (!child->missing().empty())
    report.skip("onnxruntime", child->missing());
  else
    all.push_back({"onnxruntime", nullptr, [child](long runs) { return child->seconds(runs); },
                   [=] { child->copy_output(problem), check(); }});
  return all;
}

}  // namespace

int main(int argc, char** argv) try {
  bench::use_best_settings(argv);
  bench::Together alone;
  const bench::Options options = bench::options_of(argc, argv, {.seconds = 1});
  bench::Report report("forward", options, alone);
  for (const long rows : {1, 32, 256}) {
    const bench::ProblemData data(rows, {784, 512, 512, 10});
    for (const char* dtype : {"fp32", "bf16"})
      for (const int threads : {1, 2}) {
        constexpr double products = 784 * 512 + 512 * 512 + 512 * 10;
        const bench::Case what{.name = "batch " + std::to_string(rows), .threads = threads,
                               .dtype = dtype, .flops = 2 * products * double(rows),
                               .bars = bars(rows, dtype, threads)};
        if (report.wants(what))
          report.measure(what, contenders(data.problem(dtype, threads), options.python, report));
      }
  }
  return report.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
