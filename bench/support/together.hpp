// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who runs a sample: one process alone, or the ranks of a communicator (mpi_together.hpp), whose
/// sample lasts from the first rank's start to the last rank's end.
#include <chrono>
#include <functional>

namespace bench {

struct Together {
  virtual ~Together() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  /// All of them are here.
  virtual void meet() {}
  /// Seconds from the first one's start to the last one's end.
  virtual double slowest(double start, double end) { return end - start; }
  virtual double sum(double number) { return number; }
  /// Rank 0's number, on every rank: how many runs, whether to go on.
  virtual double agree(double number) { return number; }
};

/// The same clock for all processes of a machine.
inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace bench
