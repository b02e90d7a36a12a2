// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What Tenon is compared with: dense layers, one after the other, by another library.
///   auto run = onednn().prepare({.rows = 32, .layers = {{784, 512, w, b, true}}, .x = x, .y = y});
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// y[m,n] = relu(sum over k of x[m,k] w[k,n] + b[n])
struct Layer {
  long inner, columns;
  const float* weight;  // [inner, columns]
  const float* bias;    // [columns]
  bool relu;
};

/// All matrices are row-major, and stay where they are while they are used.
struct Problem {
  long rows;
  std::vector<Layer> layers;
  const float* x;  // [rows, the first layer's inner]
  float* y;        // [rows, the last layer's columns]
  std::string dtype = "fp32";  // "bf16": of the weights and what is multiplied with them
  int threads = 1;
};

struct Peer {
  std::string name;
  std::string missing;  // why it is not there; empty: it is
  /// Packs and plans what it likes; none where it has nothing for such a problem.
  std::function<std::function<void()>(const Problem&)> prepare;
};

Peer eigen();
Peer openblas();
Peer onednn();

inline std::vector<Peer> peers() { return {onednn(), openblas(), eigen()}; }

}  // namespace bench
