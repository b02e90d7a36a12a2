// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ends the process, and so the MPI job, when what it watches takes too long:
///   Watchdog watchdog("rank 3 of 8");  watchdog.watch("is in the test \"...\"", 60);
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace tenon_test {

class Watchdog {
 public:
  explicit Watchdog(std::string who) : who_(std::move(who)), thread_([this] { run(); }) {}
  ~Watchdog() {
    change([this] { ends_ = true; });
    thread_.join();
  }
  /// From now on `what`, for so many seconds at most.
  void watch(std::string what, double seconds) {
    change([&] {
      what_ = std::move(what);
      seconds_ = seconds;
      deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(seconds));
    });
  }
  void rest() {
    change([this] { deadline_ = Clock::time_point::max(); });
  }

 private:
  using Clock = std::chrono::steady_clock;

  template <class Change>
  void change(Change&& change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_one();
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
      if (deadline_ == Clock::time_point::max())
        changed_.wait(lock);
      else if (Clock::now() < deadline_)
        changed_.wait_until(lock, deadline_);
      else
        bite();
    }
  }
  /// Leaves the other ranks a moment to say where they are. No MPI_Abort: the main thread is in
  /// MPI.
  [[noreturn]] void bite() {
    std::fprintf(stderr, "watchdog: %s %s, for more than %g s\n", who_.c_str(), what_.c_str(),
                 seconds_);
    std::fflush(nullptr);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    _exit(3);
  }

  std::string who_, what_;
  double seconds_ = 0;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool ends_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tenon_test
