// SPDX-License-Identifier: Apache-2.0
// How fast LeNet-5 is in one process, beside onnxruntime:
//   build/bench/lenet5 --python python3 [--json FILE] [--seconds 1] [--only "batch 32"]
// Two convolutions of 5 x 5 with ReLU and pools of 2 x 2, three dense layers; 32 x 32 pixels.
#include <cstdio>
#include <memory>

#include <tenon/backend/reference.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/convolution.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "peers/child.hpp"
#include "support/environment.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"
#include "support/tenon_cpu.hpp"

using namespace tenon;

namespace {

struct LeNet5 {
  Convolution conv1{"conv1", 1, 6, {5, 5}}, conv2{"conv2", 6, 16, {5, 5}};
  MaxPool pool{{2, 2}, {2, 2}};
  Dense fc1{"fc1", 400, 120}, fc2{"fc2", 120, 84}, fc3{"fc3", 84, 10};
  constexpr auto construct(auto x) const {
    x = pool(relu(conv2(pool(relu(conv1(x))))));
    return fc3(relu(fc2(relu(fc1(flatten(x))))));
  }
};
using Digits = Model<LeNet5, Input<32, 1, 32, 32>, Devices<1>>;

/// Of layers, in their order: the weights and the biases.
struct Parameter {
  const char* name;
  long count;
  float scale;
};
constexpr Parameter parameters[] = {{"conv1.weight", 150, .3f},  {"conv1.bias", 6, 1},
                                    {"conv2.weight", 2400, .1f}, {"conv2.bias", 16, 1},
                                    {"fc1.weight", 48000, .08f}, {"fc1.bias", 120, 1},
                                    {"fc2.weight", 10080, .15f}, {"fc2.bias", 84, 1},
                                    {"fc3.weight", 840, .18f},   {"fc3.bias", 10, 1}};

struct Data {
  long rows;
  bench::Numbers x;
  std::vector<bench::Numbers> values;
  std::vector<float> expected;

  explicit Data(long batch) : rows(batch), x(batch * 1024, 1) {
    for (const Parameter& p : parameters) {
      values.emplace_back(p.count, unsigned(2 + values.size()));
      for (float& value : values.back().all()) value *= p.scale;
    }
    Digits model{Reference{}};
    set(model);
    const auto y = model.predict(x.all());
    expected.assign(y.begin(), y.end());
  }
  void set(Digits& model) const {
    for (std::size_t i = 0; i < values.size(); ++i)
      model.set_parameter<float>(parameters[i].name, values[i].all());
  }
  /// @throws Error where y is not what the laws give.
  void check(std::span<const float> y) const {
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (!(std::abs(y[i] - expected[i]) <= 1e-3f * std::max(1.f, std::abs(expected[i]))))
        throw Error(std::string("a logit is ")
                        .append(std::to_string(y[i]))
                        .append(" instead of ")
                        .append(std::to_string(expected[i])));
  }
};

bench::Contender ours(const Data& data, int threads) {
  const auto model = std::make_shared<Digits>(bench::cpu_of("fp32", threads));
  data.set(*model);
  const auto x = data.x.all();
  return {"tenon", [=] { model->predict(x); }, nullptr,
          [=, &data] { data.check(model->predict(x)); }};
}

/// onnxruntime in a child process; none where it is not installed.
void add_onnxruntime(std::vector<bench::Contender>& all, const Data& data, int threads,
                     const std::string& python, bench::Report& report) {
  const auto child = std::make_shared<bench::Child>(
      std::vector<std::string>{python, TENON_BENCH "/peers/onnxruntime_lenet5.py"});
  if (const std::string missing = child->line(); missing != "here")
    return report.skip("onnxruntime", missing);
  const std::string head = std::to_string(threads) + " " + std::to_string(data.rows) + "\n";
  child->write(head.data(), head.size());
  child->write(data.x.data(), std::size_t(data.rows) * 4096);
  for (const bench::Numbers& value : data.values)
    child->write(value.data(), value.all().size_bytes());
  if (child->line() != "ready") return report.skip("onnxruntime", "it did not start");
  const auto seconds = [=](long runs) {
    return std::strtod(child->ask(std::to_string(runs)).c_str(), nullptr);
  };
  all.push_back({"onnxruntime", nullptr, seconds, [=, &data] {
                   std::vector<float> y(data.expected.size());
                   child->ask("output");
                   child->read(y.data(), y.size() * 4);
                   data.check(y);
                 }});
}

}  // namespace

int main(int argc, char** argv) try {
  bench::use_best_settings(argv);
  bench::Together alone;
  const bench::Options options = bench::options_of(argc, argv, {.seconds = 1});
  bench::Report report("lenet5", options, alone);
  for (const long rows : {1, 32, 256}) {
    const Data data(rows);
    for (const int threads : {1, 2}) {
      constexpr double products = 117600 + 240000 + 48000 + 10080 + 840;
      const bench::Case what{.name = "batch " + std::to_string(rows),
                             .threads = threads,
                             .flops = 2 * products * double(rows),
                             .bar = 1.0};
      if (!report.wants(what)) continue;
      std::vector<bench::Contender> all{ours(data, threads)};
      add_onnxruntime(all, data, threads, options.python, report);
      report.measure(what, all);
    }
  }
  return report.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
