// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which of several ways of doing the same takes the device the least time:
///   const std::size_t way = fastest(stream, 3, [&](std::size_t way) { ... });
#include <limits>

#include <tenon/backend/cuda/check.hpp>

namespace tenon::detail {

/// The first of those that take least; each is done once to begin with, and then five times. One
/// that fails is not taken. @throws Error where all fail.
inline std::size_t fastest(cudaStream_t stream, std::size_t ways, auto&& run) {
  struct Event {
    cudaEvent_t event = nullptr;
    Event() { check_cuda(cudaEventCreate(&event), "cudaEventCreate"); }
    ~Event() { cudaEventDestroy(event); }
  };
  const Event start, end;
  constexpr int times = 5;
  float least = std::numeric_limits<float>::infinity();
  std::size_t best = ways;
  std::string failed;
  for (std::size_t way = 0; way < ways; ++way) try {
      run(way);
      check_cuda(cudaEventRecord(start.event, stream), "cudaEventRecord");
      for (int i = 0; i < times; ++i) run(way);
      check_cuda(cudaEventRecord(end.event, stream), "cudaEventRecord");
      check_cuda(cudaEventSynchronize(end.event), "measuring a product");
      float milliseconds = 0;
      check_cuda(cudaEventElapsedTime(&milliseconds, start.event, end.event),
                 "cudaEventElapsedTime");
      if (milliseconds < least) least = milliseconds, best = way;
    } catch (const Error& error) {
      failed = error.what();
    }
  if (best == ways) throw Error(failed);
  return best;
}

}  // namespace tenon::detail
