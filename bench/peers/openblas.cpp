// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#ifdef TENON_BENCH_OPENBLAS
#include <cblas.h>

#include <memory>

namespace bench {
namespace {

std::function<void()> prepare(const Problem& problem) {
  if (problem.dtype != "fp32") return nullptr;
  return [problem, between = std::make_shared<Between>(problem)] {
    openblas_set_num_threads(problem.threads);
    const float* x = problem.x;
    for (std::size_t i = 0; i < problem.layers.size(); ++i) {
      const Layer& layer = problem.layers[i];
      const int m = int(problem.rows), k = int(layer.inner), n = int(layer.columns);
      float* y = between->to[i];
      if (m == 1)
        cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1, layer.weight, n, x, 1, 0, y, 1);
      else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, x, k, layer.weight, n, 0,
                    y, n);
      finish(layer, problem.rows, y);
      x = y;
    }
  };
}

}  // namespace

Peer openblas() { return {"openblas", "", prepare}; }

}  // namespace bench
#else
bench::Peer bench::openblas() { return {"openblas", "libopenblas-dev is not installed", nullptr}; }
#endif
