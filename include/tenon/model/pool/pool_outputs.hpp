// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the workers write their parts of the outputs: side by side, so that nothing is copied to
/// make them whole. What outputs there are, the first request finds out.
#include <tenon/model/pool/memory_slots.hpp>
#include <tenon/model/pool/splice.hpp>

namespace tenon {

class PoolOutputs {
 public:
  /// Of the next request, if its outputs are like the last one's.
  /// @param asked workers
  void place(Index rows, Index asked, MemorySlots& slots, SharedMemory& memory) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      SplicedOutput& output = outputs_[i];
      output.set_rows(rows);
      const Index bytes = output.has_batch ? output.whole.bytes : output.stride * asked;
      output.whole.offset = slots.place(sentence("output ", i), bytes, memory);
    }
  }
  /// @param place of a worker among those who are asked
  void add(PoolMessage& message, const RowSlice& slice, Index place) const {
    for (const SplicedOutput& output : outputs_) message.add_output(output.part(slice, place));
  }
  /// Whether all workers have written what and where they were asked to.
  bool are_there(std::span<PoolWorker* const> asked) const {
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const auto found = asked[k]->outputs();
      if (found.size() != outputs_.size()) return false;
      for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i] != outputs_[i].part(asked[k]->slice, Index(k))) return false;
    }
    return true;
  }
  /// They are what the workers say.  @throws Error where that does not fit together.
  void learn(std::span<PoolWorker* const> asked, const std::vector<std::string>& without_batch,
             bool inputs_have_batch) {
    outputs_ = splice(asked, without_batch, inputs_have_batch);
  }
  /// @throws Error where an output without a batch is not the same on all workers.
  std::span<const PoolTensor> values(std::span<PoolWorker* const> asked,
                                     const SharedMemory& memory) {
    values_.clear();
    for (const SplicedOutput& output : outputs_) {
      values_.push_back(output.whole.at(memory.data()));
      const std::span<const std::byte> first = values_.back().data;
      for (std::size_t k = 1; k < asked.size() && !output.has_batch; ++k)
        if (std::memcmp(first.data(), first.data() + Index(k) * output.stride, first.size()) != 0)
          throw Error(sentence("worker ", asked[k]->number(), " has another ", output.whole.name(),
                               ", which has no batch, than worker ", asked[0]->number()));
    }
    return values_;
  }

 private:
  std::vector<SplicedOutput> outputs_;
  std::vector<PoolTensor> values_;
};

}  // namespace tenon
