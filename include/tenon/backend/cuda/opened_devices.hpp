// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The devices that threads have opened, each thread its own: its work is in a stream of its own,
/// so that none is recorded into another's.  opened.machine(options, 3, nullptr)
#include <mutex>
#include <vector>

#include <tenon/backend/cuda/machine.hpp>

namespace tenon::detail {

class OpenedDevices {
 public:
  using Machine = std::shared_ptr<CudaMachine>;

  /// This thread's; from now on `where`, if that is one of these.
  /// @throws Error "no CUDA device: ..."
  Machine machine(const CudaOptions& options, int neighbour, const Device* where) {
    const std::lock_guard lock(mutex_);
    const std::shared_ptr<const char> self = this_thread();
    Opened* own = find([&](const Opened& x) { return x.thread.lock() == self; });
    if (const Opened* there = find([&](const Opened& x) { return x.machine.get() == where; })) {
      const Machine machine = there->machine;
      if (own) own->machine = machine;
      else opened_.push_back({self, machine});
      return machine;
    }
    if (own) return own->machine;
    const int index = find_device(options.device, neighbour);
    if (Opened* left = find([&](const Opened& x) {
          return x.machine->index == index && x.thread.expired() && x.machine.use_count() == 1;
        })) {
      left->thread = self;
      return left->machine;
    }
    const Opened* sibling = find([&](const Opened& x) { return x.machine->index == index; });
    opened_.push_back({self, std::make_shared<CudaMachine>(
                                 options, index, sibling ? sibling->machine.get() : nullptr)});
    return opened_.back().machine;
  }

 private:
  struct Opened {
    std::weak_ptr<const char> thread;
    Machine machine;
  };
  /// Lives as long as the calling thread.
  static std::shared_ptr<const char> this_thread() {
    static thread_local const auto alive = std::make_shared<const char>();
    return alive;
  }
  Opened* find(auto&& is_it) {
    for (Opened& one : opened_)
      if (is_it(one)) return &one;
    return nullptr;
  }

  std::mutex mutex_;
  std::vector<Opened> opened_;
};

}  // namespace tenon::detail
