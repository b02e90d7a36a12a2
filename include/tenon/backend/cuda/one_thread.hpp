// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one thread at a time may use, which is checked:
///   if (!users.begin()) throw Error("...");  users.end();
#include <mutex>
#include <thread>

namespace tenon::detail {

class OneThread {
 public:
  /// False where another thread has begun and not ended. One thread may begin several times.
  bool begin() {
    const std::lock_guard lock(mutex_);
    if (times_ && thread_ != std::this_thread::get_id()) return false;
    thread_ = std::this_thread::get_id();
    ++times_;
    return true;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    --times_;
  }

 private:
  std::mutex mutex_;
  std::thread::id thread_;
  int times_ = 0;
};

}  // namespace tenon::detail
