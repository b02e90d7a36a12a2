// SPDX-License-Identifier: Apache-2.0
#include "by_hand.hpp"

#include "rows.hpp"

#ifdef TENON_BENCH_BY_HAND
#include <cblas.h>

#include <memory>

namespace bench {
namespace {

using Numbers = std::vector<float>;

/// y = x w, without what is done to it.
void multiply(long rows, const Layer& layer, const float* x, float* y) {
  const int m = int(rows), k = int(layer.inner), n = int(layer.columns);
  if (m == 1) cblas_sgemv(CblasRowMajor, CblasTrans, k, n, 1, layer.weight, n, x, 1, 0, y, 1);
  else
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, x, k, layer.weight, n, 0, y,
                n);
}

class Network {
 public:
  Network(const Problem& problem, MPI_Comm host) : problem_(problem), host_(host) {
    int rank = 0, ranks = 1;
    MPI_Comm_rank(host, &rank), MPI_Comm_size(host, &ranks);
    const Layer &first = problem.layers[0], &second = problem.layers[1];
    const long own = first.columns / ranks, begin = rank * own;
    for (long k = 0; k < first.inner; ++k) {
      const float* row = first.weight + k * first.columns + begin;
      columns_.insert(columns_.end(), row, row + own);
    }
    first_ = {first.inner, own, columns_.data(), first.bias + begin, true};
    second_ = {own, second.columns, second.weight + begin * second.columns, second.bias, true};
    hidden1_.resize(std::size_t(problem.rows * own));
    hidden2_.resize(std::size_t(problem.rows * second.columns));
  }
  void run() {
    openblas_set_num_threads(1);
    const long rows = problem_.rows;
    multiply(rows, first_, problem_.x, hidden1_.data());
    finish(first_, rows, hidden1_.data());
    multiply(rows, second_, hidden1_.data(), hidden2_.data());
    MPI_Allreduce(MPI_IN_PLACE, hidden2_.data(), int(hidden2_.size()), MPI_FLOAT, MPI_SUM, host_);
    finish(second_, rows, hidden2_.data());
    multiply(rows, problem_.layers[2], hidden2_.data(), problem_.y);
    finish(problem_.layers[2], rows, problem_.y);
  }

 private:
  Problem problem_;
  MPI_Comm host_;
  Layer first_{}, second_{};  // this rank's
  Numbers columns_, hidden1_, hidden2_;
};

}  // namespace

Peer by_hand(MPI_Comm host) {
  return {"by hand", "", [host](const Problem& problem) -> std::function<void()> {
            if (problem.dtype != "fp32") return nullptr;
            return [net = std::make_shared<Network>(problem, host)] { net->run(); };
          }};
}

}  // namespace bench
#else
bench::Peer bench::by_hand(MPI_Comm) {
  return {"by hand", "libopenblas-dev is not installed", nullptr};
}
#endif
