// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/signal.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "mpi.hpp"

using namespace tenon;

namespace {

/// Threads that write, announce, wait for all and read: a number is wrong where a write is lost.
/// Who sleeps looks again after a second by himself: a wait of nearly that is a lost wake-up.
bool all_arrives(const Waiting& waiting, int threads, std::uint64_t steps) {
  std::vector<Signal> signals(static_cast<std::size_t>(threads));
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(threads) * 16);
  std::vector<int> wrong(static_cast<std::size_t>(threads) * 16);
  std::atomic<bool> lost{false};
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&, own = std::size_t(i)] {
      for (std::uint64_t step = 1; step <= steps; ++step) {
        numbers[own * 16 + step % 2] = step;
        signals[own].announce(step);
        for (std::size_t other = 0; other < signals.size(); ++other) {
          if (lost) continue;  // the others are still told, so that all end
          const auto start = Waiting::Clock::now();
          if (!signals[other].wait_for(step, waiting)) ++wrong[own * 16];
          if (Waiting::Clock::now() - start > std::chrono::milliseconds(900)) lost = true;
          if (!lost) wrong[own * 16] += numbers[other * 16 + step % 2] != step;
        }
      }
    });
  for (std::thread& thread : running) thread.join();
  for (int count : wrong)
    if (count) return false;
  return !lost;
}

}  // namespace

TEST_CASE("no step is missed, whether those who wait spin, yield or sleep") {
  Waiting sleeps;
  sleeps.yields = 0;
  Waiting little = sleeps;
  little.yields = 1;
  CHECK(all_arrives(sleeps, 4, 2000));
  CHECK(all_arrives(little, 4, 2000));
  CHECK(all_arrives(Waiting(4, 2), 4, 2000));
  CHECK(all_arrives(Waiting(2, 2), 2, 5000));
}

TEST_CASE("who waits longer than his patience is told so") {
  Signal signal;
  Waiting waiting(2, 1, std::chrono::milliseconds(20));
  CHECK_FALSE(signal.wait_for(1, waiting));
  signal.announce(1);
  CHECK(signal.wait_for(1, waiting));
  CHECK(signal.wait_for(0, waiting));
}

TEST_CASE("ranks that have no core each do not spin") {
  CHECK(Waiting(2, 2).spinning.count() > 0);
  CHECK(Waiting(3, 2).spinning.count() == 0);
}
