// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How far a rank has come, where others see it:
///   signal.announce(7);      other processes: signal.wait_for(7, waiting) == true
#include <tenon/comm/futex.hpp>
#include <tenon/comm/waiting.hpp>

namespace tenon {

/// On a line of its own: others read it while its rank writes.
class alignas(64) Signal {
 public:
  /// All that this rank wrote before is seen by those who see the step. Costs no system call while
  /// nobody sleeps.
  /// @pre steps only grow.
  void announce(std::uint64_t step) {
    step_.store(step);
    if (sleepers_.load()) wake_sleepers(step_);
  }
  /// It comes no further: nobody waits for it any more, whatever the step.
  void leave() { announce(step_.load() | left); }
  /// Without having come so far.
  bool has_left_before(std::uint64_t step) const {
    const std::uint64_t now = step_.load();
    return now >= left && now - left < step;
  }
  bool reached(std::uint64_t step) const { return step_.load(std::memory_order_acquire) >= step; }
  /// Whether it came in time. Nobody is missed: either the sleeper sees the step, or the one who
  /// announces it sees the sleeper, for all four are in one order (seq_cst).
  bool wait_for(std::uint64_t step, const Waiting& waiting) {
    return waiting.until([&] { return reached(step); },
                         [&](std::chrono::nanoseconds longest) {
                           sleepers_.fetch_add(1);
                           const std::uint64_t seen = step_.load();
                           if (seen < step) sleep_while(step_, seen, longest);
                           sleepers_.fetch_sub(1);
                         });
  }

 private:
  static constexpr std::uint64_t left = std::uint64_t(1) << 63;
  SharedWord step_{0}, sleepers_{0};
};

}  // namespace tenon
