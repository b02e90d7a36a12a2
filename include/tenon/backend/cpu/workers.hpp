// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Threads that work together on one thing at a time, and memory for each:
///   Workers workers(2);  workers.run([&](int i) { half(i); });   the caller is one of them
/// Each begins with its own part and then takes what nobody has begun, so that one which sleeps, or
/// whose core is taken, holds nobody up. After work they look for more, for as long as a wake-up
/// would take, and then sleep.
#ifdef __linux__
#include <sched.h>
#endif

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <tenon/backend/memory.hpp>

namespace tenon {

class Workers {
 public:
  explicit Workers(int threads = 1) : scratch_(checked(threads)), begun_(scratch_.size()) {
    if (usable_cores() >= threads) spin_ = std::chrono::microseconds(50);
    try {
      for (int i = 1; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
    } catch (const std::system_error& error) {
      const std::string begun = std::to_string(threads_.size() + 1);
      end();
      throw Error(std::string("of ")
                      .append(std::to_string(threads))
                      .append(" threads the system gives this process ")
                      .append(begun)
                      .append(": ")
                      .append(error.what()));
    }
  }
  ~Workers() { end(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int count() const { return int(scratch_.size()); }

  /// f(i) of each i below count(), beside each other, with scratch(i); returns when all are done.
  /// @pre f does not throw, and nobody else runs anything meanwhile.
  template <class F>
  void run(F&& f) {
    if (count() == 1) return f(0);
    function_ = [](void* function, int i) { (*static_cast<std::remove_cvref_t<F>*>(function))(i); };
    argument_ = const_cast<void*>(static_cast<const void*>(&f));
    left_.store(count(), std::memory_order_relaxed);
    give_order();
    take_parts(0, order_.load(std::memory_order_relaxed));
    for (int i = 0; left_.load(std::memory_order_acquire) != 0; ++i)
      if (i < 1000) pause();
      else std::this_thread::yield();
  }

  /// From now on each has so many bytes of its own; allocates only where it had less.
  void reserve(Index bytes) {
    for (Memory& memory : scratch_)
      if (Index(memory.size()) < bytes) memory = Memory(bytes);
  }
  std::byte* scratch(int worker) const { return scratch_[std::size_t(worker)].data(); }

 private:
  void end() {
    end_ = true;
    give_order();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  /// Those that this thread may run on.
  static int usable_cores() {
#ifdef __linux__
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
    return int(std::thread::hardware_concurrency());
  }
  static std::size_t checked(int threads) {
    if (threads < 1) throw Error("workers are at least one thread");
    return std::size_t(threads);
  }

  void give_order() {
    order_.fetch_add(1);
    if (asleep_.load() > 0) order_.notify_all();
  }

  /// All parts of that order that nobody has begun, from worker i's own on. What an order is of is
  /// read only with a part of it in hand: it stays until all parts are done.
  void take_parts(int i, unsigned order) {
    for (int n = 0; n < count(); ++n, i = i + 1 == count() ? 0 : i + 1) {
      unsigned before = order - 1;
      if (!begun_[std::size_t(i)].order.compare_exchange_strong(before, order)) continue;
      function_(argument_, i);
      left_.fetch_sub(1, std::memory_order_release);
    }
  }

  void work(int i) {
    for (unsigned done = 0;;) {
      wait(done);
      done = order_.load();
      if (end_) return;
      take_parts(i, done);
    }
  }
  /// Until the order is no longer that one.
  void wait(unsigned old) {
    const auto since = std::chrono::steady_clock::now();
    do {
      for (int i = 0; i < 64; ++i) {
        if (order_.load(std::memory_order_acquire) != old) return;
        pause();
      }
    } while (std::chrono::steady_clock::now() - since < spin_);
    asleep_.fetch_add(1);
    order_.wait(old);
    asleep_.fetch_sub(1);
  }
  static void pause() {
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
  }

  struct alignas(64) Begun {
    std::atomic<unsigned> order{0};  // the last in which this part was begun
  };
  std::vector<Memory> scratch_;
  std::vector<Begun> begun_;
  std::chrono::microseconds spin_{0};  // not at all where cores are too few
  void (*function_)(void*, int) = nullptr;
  void* argument_ = nullptr;
  std::atomic<bool> end_ = false;
  alignas(64) std::atomic<unsigned> order_{0};
  std::atomic<int> asleep_{0};
  alignas(64) std::atomic<int> left_{0};
  std::vector<std::thread> threads_;
};

}  // namespace tenon
