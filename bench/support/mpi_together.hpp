// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ranks of a communicator on one machine:  MpiTogether ranks(world);  interleave(..., ranks)
#include <mpi.h>

#include "together.hpp"

namespace bench {

class MpiTogether : public Together {
 public:
  /// Every rank works for a moment, so that the system gives them cores of their own: two that
  /// poll on one core would wait for each other's milliseconds until it does.
  explicit MpiTogether(MPI_Comm host) : host_(host) {
    for (const double end = now() + 0.2; now() < end;) {
    }
    meet();
  }

  int rank() const override { return ask(MPI_Comm_rank); }
  int size() const override { return ask(MPI_Comm_size); }
  void meet() final { MPI_Barrier(host_); }
  double slowest(double start, double end) override {
    const double own[] = {-start, end};
    double all[2];
    MPI_Allreduce(own, all, 2, MPI_DOUBLE, MPI_MAX, host_);
    return all[1] + all[0];
  }
  double sum(double number) override {
    double all = 0;
    MPI_Allreduce(&number, &all, 1, MPI_DOUBLE, MPI_SUM, host_);
    return all;
  }
  double agree(double number) override {
    MPI_Bcast(&number, 1, MPI_DOUBLE, 0, host_);
    return number;
  }

 private:
  int ask(int (*question)(MPI_Comm, int*)) const {
    int answer = 0;
    question(host_, &answer);
    return answer;
  }
  MPI_Comm host_;
};

}  // namespace bench
