// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Numbers kept under a key of 64 bits, also in the compiler:
///   Memo memo;  int& value = memo[key];  // -1 at first
#include <cstdint>

#include <tenon/core/list.hpp>

namespace tenon::detail {

/// Open addressing; a reference lasts until the next key is asked for.
class Memo {
 public:
  constexpr int& operator[](std::uint64_t key) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key)];
    if (!slot.used) slot = {true, key, -1}, ++count_;
    return slot.value;
  }
  constexpr void clear() {
    for (Slot& slot : slots_) slot.used = false;
    count_ = 0;
  }

 private:
  struct Slot {
    bool used = false;
    std::uint64_t key = 0;
    int value = -1;
  };
  constexpr std::size_t place(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = std::size_t((key ^ (key >> 29)) * 0x9e3779b97f4a7c15ull >> 20) & mask;
    while (slots_[at].used && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  constexpr void grow() {
    List<Slot> old(std::move(slots_));
    slots_ = List<Slot>(old.empty() ? 32 : 2 * old.size());
    for (const Slot& slot : old)
      if (slot.used) slots_[place(slot.key)] = slot;
  }

  List<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace tenon::detail
