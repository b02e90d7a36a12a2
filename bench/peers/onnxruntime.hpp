// SPDX-License-Identifier: Apache-2.0
#pragma once
/// onnxruntime for Python in a child process, which is told how often to run and answers seconds:
///   if (auto child = start_onnxruntime("python3", problem)) ...
#include <csignal>
#include <memory>

#include "child.hpp"
#include "peer.hpp"

namespace bench {

class OnnxRuntime {
 public:
  /// @param script onnxruntime_pool.py: as many processes as the problem has threads.
  OnnxRuntime(const std::string& python, const Problem& problem,
              const std::string& script = "onnxruntime_child.py")
      : child_({python, TENON_BENCH "/peers/" + script}) {
    ::signal(SIGPIPE, SIG_IGN);  // a child that has ended is said by its silence
    std::string widths = std::to_string(problem.layers[0].inner);
    for (const Layer& layer : problem.layers) widths += " " + std::to_string(layer.columns);
    missing_ = child_.line();
    if (missing_ != "here") return;
    missing_.clear();
    const std::string head =
        std::to_string(problem.threads) + " " + std::to_string(problem.rows) + " " + widths + "\n";
    child_.write(head.data(), head.size());
    child_.write(problem.x, std::size_t(problem.rows * problem.layers[0].inner) * 4);
    for (const Layer& layer : problem.layers) {
      child_.write(layer.weight, std::size_t(layer.inner * layer.columns) * 4);
      child_.write(layer.bias, std::size_t(layer.columns) * 4);
    }
    if (child_.line() != "ready") missing_ = "onnxruntime did not start";
  }
  /// Why it cannot be asked; empty: it can.
  const std::string& missing() const { return missing_; }

  double seconds(long runs) { return std::strtod(child_.ask(std::to_string(runs)).c_str(), {}); }
  /// What it has computed becomes the problem's y.
  void copy_output(const Problem& problem) {
    child_.ask("output");
    child_.read(problem.y, std::size_t(problem.rows * problem.layers.back().columns) * 4);
  }

 private:
  Child child_;
  std::string missing_;
};

}  // namespace bench
