// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Threads that work together on one thing at a time, and memory for each:
///   Workers workers(2);  workers.run([&](int i) { half(i); });   the caller is worker 0
/// After work the others look for more, for as long as a wake-up would take, and then sleep.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <tenon/backend/memory.hpp>

namespace tenon {

class Workers {
 public:
  explicit Workers(int threads = 1) : count_(threads) {
    if (threads < 1) throw Error("workers are at least one thread");
    scratch_.resize(std::size_t(threads));
    spin_ = std::thread::hardware_concurrency() >= unsigned(threads)
                ? std::chrono::microseconds(50)
                : std::chrono::microseconds(0);
    for (int i = 1; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
  }
  ~Workers() {
    order([](void*, int) {}, nullptr, true);
    for (std::thread& thread : threads_) thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int count() const { return count_; }

  /// f(i) of each worker i, beside each other; returns when all are done. @pre f does not throw, and
  /// nobody else runs anything meanwhile.
  template <class F>
  void run(F&& f) {
    if (count_ == 1) return f(0);
    order([](void* function, int i) { (*static_cast<std::remove_reference_t<F>*>(function))(i); },
          const_cast<void*>(static_cast<const void*>(&f)), false);
    f(0);
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
  using Function = void (*)(void*, int);

  void order(Function function, void* argument, bool end) {
    function_ = function, argument_ = argument, end_ = end;
    left_.store(count_ - 1, std::memory_order_relaxed);
    order_.fetch_add(1);
    if (asleep_.load() > 0) order_.notify_all();
  }

  void work(int i) {
    for (unsigned done = 0;;) {
      wait(done++);
      const bool end = end_;
      if (!end) function_(argument_, i);
      left_.fetch_sub(1, std::memory_order_release);
      if (end) return;
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

  int count_;
  std::vector<Memory> scratch_;
  std::vector<std::thread> threads_;
  std::chrono::microseconds spin_;
  Function function_ = nullptr;
  void* argument_ = nullptr;
  bool end_ = false;
  alignas(64) std::atomic<unsigned> order_{0};
  std::atomic<int> asleep_{0};
  alignas(64) std::atomic<int> left_{0};
};

}  // namespace tenon
