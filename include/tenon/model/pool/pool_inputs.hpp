// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The inputs of a request in the workers' memory: whole ones once, of the others each worker's
/// rows just before it is asked, so that the first one works while the second one's are copied.
#include <tenon/model/pool/memory_slots.hpp>
#include <tenon/model/pool/pool_worker.hpp>

namespace tenon {

class PoolInputs {
 public:
  static std::string slot(std::string_view name) { return sentence("input ", name); }

  /// @param inputs are there until the last add().
  void place(std::span<const PoolTensor> inputs, const std::vector<std::string>& without_batch,
             MemorySlots& slots, SharedMemory& memory) {
    placed_.clear();
    for (const PoolTensor& input : inputs) {
      for (const Placed& other : placed_)
        if (other.input.name == input.name)
          throw Error(sentence("the input ", input.name, " was given twice"));
      const Index offset = slots.place(slot(input.name), Index(input.data.size()), memory);
      placed_.push_back({input, has_batch(input, without_batch), offset});
    }
    for (Placed& one : placed_) {
      // What a worker might write meanwhile is copied before any of them is asked.
      if (!one.has_batch || memory.holds(one.input.data.data())) {
        copy(one.input, one.offset, memory);
        one.input.data = {memory.data() + one.offset, one.input.data.size()};
      }
    }
  }
  /// Copies a worker's rows, and says where they are.
  void add(PoolMessage& message, const RowSlice& slice, SharedMemory& memory) const {
    for (const Placed& one : placed_) {
      PoolTensor part = one.input;
      Index offset = one.offset;
      if (one.has_batch) {
        part = rows_of_tensor(one.input, slice);
        offset += part.data.data() - one.input.data.data();
        copy(part, offset, memory);
      }
      message.add_input(SentTensor::of(part, offset));
    }
  }

 private:
  struct Placed {
    PoolTensor input;
    bool has_batch;
    Index offset;
  };
  static void copy(const PoolTensor& from, Index offset, SharedMemory& memory) {
    std::byte* to = memory.data() + offset;
    if (to != from.data.data() && !from.data.empty())
      std::memmove(to, from.data.data(), from.data.size());
  }

  std::vector<Placed> placed_;
};

}  // namespace tenon
