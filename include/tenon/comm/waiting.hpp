// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a rank waits: it spins while that is cheaper than being woken, lets others have its core,
/// and at last sleeps.  Waiting(8, 2), of 8 ranks on 2 cores, does not spin.
/// It spins shortly: ranks that have cores enough may still be put on one, for a while.
#include <chrono>
#include <thread>

namespace tenon {

/// Says to the core that this is a loop which waits.
inline void pause_core() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

struct Waiting {
  using Clock = std::chrono::steady_clock;
  std::chrono::nanoseconds spinning{0};
  int yields = 100;  // half a microsecond each alone on the core, a microsecond with others
  std::chrono::nanoseconds patience{0};  // 0: without end

  Waiting() = default;
  /// @param patience the longest wait; 0: none is too long.
  Waiting(int ranks, int cores, std::chrono::nanoseconds longest = {})
      : spinning(ranks <= cores ? 5'000 : 0), patience(longest) {}

  /// Whether `done()` came true in time; `sleep(longest)` may return early.
  bool until(auto&& done, auto&& sleep) const {
    if (done()) return true;
    const Clock::time_point start = Clock::now();
    if (spinning.count()) do {
        for (int i = 0; i < 16; ++i) {
          pause_core();
          if (done()) return true;
        }
      } while (Clock::now() - start < spinning);
    for (int i = 0; i < yields; ++i) {
      std::this_thread::yield();
      if (done()) return true;
    }
    while (!done()) {
      if (patience.count() && Clock::now() - start > patience) return false;
      sleep(patience.count() ? patience : std::chrono::nanoseconds(std::chrono::seconds(1)));
    }
    return true;
  }
};

}  // namespace tenon
