// SPDX-License-Identifier: Apache-2.0
// How fast one dense layer is beside other libraries, and how near the machine's limit:
//   build/bench/kernels [--json FILE] [--seconds 0.5] [--only 32x784x512] [--only bf16]
// y = relu(x w + b) for rows x inner x columns, weights packed before, on 1 and 2 threads.
#include <cmath>
#include <cstdio>
#include <memory>

#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

#include "peers/peer.hpp"
#include "support/ceiling.hpp"
#include "support/environment.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"
#include "support/tenon_cpu.hpp"

using namespace tenon;

namespace {

struct Shape {
  Index rows, inner, columns;
  std::string text() const {
    return std::to_string(rows) + "x" + std::to_string(inner) + "x" + std::to_string(columns);
  }
  double flops() const { return 2.0 * double(rows) * double(inner) * double(columns); }
};

std::vector<Shape> shapes() {
  constexpr Index weights[][2] = {{784, 512}, {512, 512}, {512, 10}, {768, 3072}, {4096, 4096}};
  std::vector<Shape> shapes;
  for (const auto& [inner, columns] : weights)
    for (const Index rows : {1, 8, 32, 128, 512}) shapes.push_back({rows, inner, columns});
  return shapes;
}

/// Tenon's kernel as the executor prepares it.
class Ours {
 public:
  Ours(const bench::Problem& problem, const Cpu& backend) : backend_(backend) {
    const bench::Layer& layer = problem.layers[0];
    const auto block = [](const float* data, Dims shape) {
      return Block{const_cast<float*>(data), whole_box(shape), Element::float32};
    };
    call_.inputs = {block(problem.x, {problem.rows, layer.inner}),
                    block(layer.weight, {layer.inner, layer.columns}),
                    block(layer.bias, {layer.columns})};
    call_.output = block(problem.y, {problem.rows, layer.columns});
    call_.attributes = MatMul().attributes();
    call_.bias = true;
    call_.activation = &ReLU::info.scalar;
    call_.activation_name = ReLU::info.name;
    PackedForms* const parameters[] = {nullptr, &weight_, &bias_};
    prepared_ = backend_.prepare("MatMul", call_, parameters);
    if (prepared_) prepared_->take_parameters(call_);
  }
  void run() {
    if (prepared_) prepared_->run(call_);
    else backend_.kernel("MatMul", Element::float32)(call_);
  }

 private:
  Cpu backend_;
  KernelCall call_;
  PackedForms weight_, bias_;
  std::unique_ptr<PreparedKernel> prepared_;
};

std::vector<bench::Contender> contenders(const bench::Problem& problem, bench::Report& report) {
  std::vector<bench::Contender> all;
  const auto check = [=] { bench::check(problem); };
  const auto ours =
      std::make_shared<Ours>(problem, bench::cpu_of(problem.dtype, problem.threads));
  all.push_back({"tenon", [ours] { ours->run(); }, nullptr, check});
  for (const bench::Peer& peer : bench::peers()) {
    if (!peer.missing.empty()) report.skip(peer.name, peer.missing);
    else if (auto run = peer.prepare(problem)) all.push_back({peer.name, run, nullptr, check});
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) try {
  bench::use_best_settings(argv);
  bench::Together alone;
  bench::Report report("kernels", bench::options_of(argc, argv), alone);
  for (const Shape& shape : shapes()) {
    bench::ProblemData data(shape.rows, {shape.inner, shape.columns});
    for (const char* dtype : {"fp32", "bf16"})
      for (const int threads : {1, 2}) {
        const bench::Case what{.name = shape.text(), .threads = threads, .dtype = dtype,
                               .flops = shape.flops(), .bar = 0.97,
                               .mean_bar = threads == 1 ? 1.1 : 1.05};
        if (!report.wants(what)) continue;
        std::vector<bench::Contender> all = contenders(data.problem(dtype, threads, true), report);
        for (bench::Contender& limit : bench::limits(what.flops, dtype, threads))
          all.push_back(std::move(limit));
        report.measure(what, all);
      }
  }
  return report.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
