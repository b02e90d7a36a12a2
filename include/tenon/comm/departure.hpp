// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether all who share memory come to free it, decided once for all of them:
///   departure.all_come(4, 1s) is true on all four ranks, or on none
/// One that waits too long says no for everyone; who comes later learns it and does not wait.
#include <tenon/comm/futex.hpp>
#include <tenon/comm/waiting.hpp>

namespace tenon {

/// In the memory that is shared.
class alignas(64) Departure {
 public:
  /// To be called once by each rank.
  bool all_come(int ranks, std::chrono::nanoseconds longest) {
    const auto all = std::uint64_t(ranks);
    came_.fetch_add(1);
    const auto decided = [&] { return came_.load() >= all; };  // by all, or by a refusal
    const auto nap = [](std::chrono::nanoseconds) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    };
    std::uint64_t came = 0;
    if (!Waiting(1, 0, longest).until(decided, nap)) {
      came = came_.load();
      while (came < all && !came_.compare_exchange_weak(came, came | refused)) {
      }
    }
    return came_.load() < refused;
  }
  /// Instead of it: this rank must not free what is shared.
  void refuse() { came_.fetch_or(refused); }

 private:
  static constexpr std::uint64_t refused = std::uint64_t(1) << 63;
  SharedWord came_{0};
};

}  // namespace tenon
