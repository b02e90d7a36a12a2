// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The numbers of dense layers, and what comes out of them by the definition:
///   ProblemData data(32, {784, 512, 512, 10});  check(data.problem("fp32", 1));
#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <tenon/backend/memory.hpp>
#include <tenon/core/error.hpp>

#include "../peers/peer.hpp"

namespace bench {

/// Between -1 and 1, on a cache line's border, in huge pages where they are large.
class Numbers {
 public:
  explicit Numbers(long count, unsigned seed = 0) : memory_(count * 4), count_(count) {
    std::minstd_rand generator(seed);
    if (seed)
      for (float& x : all()) x = float(generator() >> 7 & 0xffff) / 32768.f - 1.f;
  }
  float* data() const { return reinterpret_cast<float*>(memory_.data()); }
  std::span<float> all() const { return {data(), std::size_t(count_)}; }

 private:
  tenon::Memory memory_;
  long count_;
};

/// Weights are scaled so that sums stay of the inputs' size.
class ProblemData {
 public:
  ProblemData(long rows, std::vector<long> widths)
      : rows_(rows), widths_(std::move(widths)), x_(rows * widths_.front(), 1),
        y_(rows * widths_.back()) {
    for (std::size_t i = 0; i + 1 < widths_.size(); ++i) {
      weights_.emplace_back(widths_[i] * widths_[i + 1], unsigned(2 + i));
      biases_.emplace_back(widths_[i + 1], unsigned(20 + i));
      for (float& w : weights_.back().all()) w *= 1.7f / std::sqrt(float(widths_[i]));
    }
  }
  /// @param relu_last the last layer has an activation too.
  Problem problem(const std::string& dtype, int threads, bool relu_last = false) const {
    Problem problem{rows_, {}, x_.data(), y_.data(), dtype, threads};
    for (std::size_t i = 0; i < weights_.size(); ++i)
      problem.layers.push_back({widths_[i], widths_[i + 1], weights_[i].data(), biases_[i].data(),
                                relu_last || i + 1 < weights_.size()});
    return problem;
  }

 private:
  long rows_;
  std::vector<long> widths_;
  Numbers x_, y_;
  std::vector<Numbers> weights_, biases_;
};

/// Some rows of y by the definition, in double precision; then y is made wrong, for the next one.
/// @throws Error where y is further from it than the precision of dtype explains.
inline void check(const Problem& problem) {
  const double allowed = problem.dtype == "bf16" ? 0.03 : 1e-4;
  const long columns = problem.layers.back().columns;
  for (long row = 0; row < problem.rows; row += std::max(1l, problem.rows / 3)) {
    std::vector<double> x(problem.x + row * problem.layers[0].inner,
                          problem.x + (row + 1) * problem.layers[0].inner);
    for (const Layer& layer : problem.layers) {
      std::vector<double> y(layer.bias, layer.bias + layer.columns);
      for (long k = 0; k < layer.inner; ++k)
        for (long n = 0; n < layer.columns; ++n)
          y[std::size_t(n)] += x[std::size_t(k)] * double(layer.weight[k * layer.columns + n]);
      if (layer.relu)
        for (double& one : y) one = std::max(one, 0.0);
      x = std::move(y);
    }
    for (long n = 0; n < columns; ++n) {
      const double found = double(problem.y[row * columns + n]), expected = x[std::size_t(n)];
      if (std::abs(found - expected) <= allowed * (1 + std::abs(expected))) continue;
      throw tenon::Error(std::string("y[")
                             .append(std::to_string(row) + ", " + std::to_string(n))
                             .append("] is " + std::to_string(found))
                             .append(", expected " + std::to_string(expected)));
    }
  }
  std::fill(problem.y, problem.y + problem.rows * columns, NAN);
}

}  // namespace bench
