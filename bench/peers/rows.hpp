// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What peers without an epilogue of their own do after a product:  y = relu(y + b), row by row.
#include <algorithm>

#include "peer.hpp"

namespace bench {
namespace {  // each peer is compiled with its own options

inline void finish(const Layer& layer, long rows, float* y) {
  for (long m = 0; m < rows; ++m, y += layer.columns) {
    if (layer.relu)
      for (long n = 0; n < layer.columns; ++n) y[n] = std::max(y[n] + layer.bias[n], 0.f);
    else
      for (long n = 0; n < layer.columns; ++n) y[n] += layer.bias[n];
  }
}

/// Where each layer writes: memory between them, the problem's y at last.
struct Between {
  explicit Between(const Problem& problem) : to(problem.layers.size(), problem.y) {
    for (std::size_t i = 0; i + 1 < to.size(); ++i) {
      memory.emplace_back(std::size_t(problem.rows * problem.layers[i].columns));
      to[i] = memory.back().data();
    }
  }
  std::vector<std::vector<float>> memory;
  std::vector<float*> to;
};

}  // namespace
}  // namespace bench
