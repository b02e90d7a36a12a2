// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Places in shared memory by name, which stay where they are until they must be larger:
///   MemorySlots slots;  slots.place("x", 802816, memory) == slots.place("x", 1000, memory)
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <tenon/model/pool/shared_memory.hpp>

namespace tenon {

class MemorySlots {
 public:
  /// The offset of a slot of at least so many bytes, on a page's border. A larger one is taken
  /// twice as large as before, so that all of them together have no more than twice what is used.
  /// @throws Error where there is no memory for it.
  Index place(std::string_view name, Index bytes, SharedMemory& memory) {
    auto found = slots_.find(name);
    if (found == slots_.end()) found = slots_.emplace(name, Slot{}).first;
    Slot& slot = found->second;
    if (slot.offset >= 0 && bytes <= slot.bytes) return slot.offset;
    if (bytes > most) throw Error(sentence("a tensor of ", bytes, " bytes; legal: ", most));
    const Index whole = (std::max({bytes, 2 * slot.bytes, Index(1)}) + page - 1) / page * page;
    memory.grow(end_ + whole);
    slot = {end_, whole};
    end_ += whole;
    return slot.offset;
  }

 private:
  struct Slot {
    Index offset = -1, bytes = 0;
  };
  static constexpr Index page = 4096, most = Index(1) << 40;
  std::map<std::string, Slot, std::less<>> slots_;
  Index end_ = 0;
};

}  // namespace tenon
