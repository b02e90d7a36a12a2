// SPDX-License-Identifier: Apache-2.0
// Compiled for this machine, with OpenMP, under another namespace than Eigen's: the linker keeps
// one of functions of the same name, and Tenon's own use of Eigen is compiled for any machine.
#define Eigen EigenOfThisMachine
#include <Eigen/Core>
#include <memory>

#include "rows.hpp"

namespace bench {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::RowVectorXf;

std::function<void()> prepare(const Problem& problem) {
  if (problem.dtype != "fp32") return nullptr;
  return [problem, between = std::make_shared<Between>(problem)] {
    Eigen::setNbThreads(problem.threads);
    const float* x = problem.x;
    for (std::size_t i = 0; i < problem.layers.size(); ++i) {
      const Layer& layer = problem.layers[i];
      float* y = between->to[i];
      const Eigen::Map<const Matrix> w(layer.weight, layer.inner, layer.columns);
      if (problem.rows == 1)
        Eigen::Map<Row>(y, layer.columns).noalias() =
            Eigen::Map<const Row>(x, layer.inner) * w;
      else
        Eigen::Map<Matrix>(y, problem.rows, layer.columns).noalias() =
            Eigen::Map<const Matrix>(x, problem.rows, layer.inner) * w;
      finish(layer, problem.rows, y);
      x = y;
    }
  };
}

}  // namespace

Peer eigen() { return {"eigen", "", prepare}; }

}  // namespace bench
