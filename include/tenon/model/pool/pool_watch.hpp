// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ends a worker's process when its pool is gone, also in the middle of a computation:
///   PoolWatch watch(channel);
#include <atomic>
#include <thread>

#include <tenon/model/pool/channel.hpp>

namespace tenon {

class PoolWatch {
 public:
  explicit PoolWatch(const PoolChannel& channel)
      : channel_(channel), parent_(::getppid()), thread_([this] { watch(); }) {}
  PoolWatch(const PoolWatch&) = delete;
  PoolWatch& operator=(const PoolWatch&) = delete;
  ~PoolWatch() {
    is_over_ = true;
    channel_.shut();
    thread_.join();
  }

 private:
  /// Another parent is looked for, too: somebody else may have got the pool's end of the pipe.
  void watch() const {
    for (;;) {
      pollfd end{channel_.number(), 0, 0};  // its end alone
      ::poll(&end, 1, 1000);
      if (is_over_) return;
      if (end.revents || ::getppid() != parent_) ::_exit(1);
    }
  }

  const PoolChannel& channel_;
  ::pid_t parent_;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

}  // namespace tenon
