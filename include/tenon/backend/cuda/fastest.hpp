// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which of several ways of doing the same takes the device clearly the least time:
///   const std::size_t way = fastest(stream, 3, [&](std::size_t way) { ... });
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <tenon/backend/cuda/graph.hpp>

namespace tenon::detail {

/// The first, unless another one takes 3 % less: what is nearer is noise, and the first is the
/// library's own choice. Infinite: it failed. @pre one is finite
inline std::size_t clearly_fastest(std::span<const float> milliseconds) {
  const auto first = std::ranges::find_if(milliseconds, [](float x) { return std::isfinite(x); });
  const auto least = std::ranges::min_element(milliseconds);
  return std::size_t((*least < .97f * *first ? least : first) - milliseconds.begin());
}

class Stopwatch {
 public:
  explicit Stopwatch(cudaStream_t stream) : stream_(stream) {}
  /// Milliseconds that the device took for what `work` asks for.
  float of(auto&& work) {
    check_cuda(cudaEventRecord(start_.event, stream_), "cudaEventRecord");
    work();
    check_cuda(cudaEventRecord(end_.event, stream_), "cudaEventRecord");
    check_cuda(cudaEventSynchronize(end_.event), "measuring a product");
    float milliseconds = 0;
    check_cuda(cudaEventElapsedTime(&milliseconds, start_.event, end_.event),
               "cudaEventElapsedTime");
    return milliseconds;
  }

 private:
  struct Event {
    cudaEvent_t event = nullptr;
    Event() { check_cuda(cudaEventCreate(&event), "cudaEventCreate"); }
    ~Event() { cudaEventDestroy(event); }
  };
  cudaStream_t stream_;
  Event start_, end_;
};

/// Each way is done until half a millisecond is full, recorded as in a forward, so that no launch
/// is measured; in turn, three times, of which the least counts. One that fails is not taken.
/// @throws Error where all fail.
inline std::size_t fastest(cudaStream_t stream, std::size_t ways, auto&& run) {
  Stopwatch watch(stream);
  std::vector<std::optional<CudaGraph>> recorded(ways);
  std::vector<float> calls(ways), least(ways, std::numeric_limits<float>::infinity());
  std::string failed;
  const auto attempt = [&](std::size_t way, auto&& what) {
    try {
      what();
    } catch (const Error& error) {
      failed = error.what();
      calls[way] = 0;
      least[way] = std::numeric_limits<float>::infinity();
    }
  };
  for (std::size_t way = 0; way < ways; ++way)
    attempt(way, [&] {
      run(way);
      const float once = watch.of([&] { run(way); });
      const int times = int(std::clamp(.5f / std::max(once, 1e-6f), 1.f, 100.f));
      recorded[way].emplace(stream, [&] {
        for (int i = 0; i < times; ++i) run(way);
      });
      calls[way] = float(times);
    });
  for (int round = 0; round < 3; ++round)
    for (std::size_t way = 0; way < ways; ++way)
      if (calls[way] > 0)
        attempt(way, [&] {
          const float all = watch.of([&] { recorded[way]->launch(); });
          least[way] = std::min(least[way], all / calls[way]);
        });
  if (std::ranges::none_of(calls, [](float times) { return times > 0; })) throw Error(failed);
  return clearly_fastest(least);
}

}  // namespace tenon::detail
