// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A worker's answers to its pool's requests, whose inputs and outputs lie in shared memory.
#include <tenon/model/pool/pool_message.hpp>
#include <tenon/model/pool/shared_memory.hpp>

namespace tenon {

template <class Model>
class PoolServer {
 public:
  PoolServer(Model& model, SharedMemory& memory) : model_(model), memory_(memory) {}

  /// The answer takes the place of the request. A request without inputs asks for the last outputs
  /// again, in other places.
  /// @throws what the model throws; Error where the request is about memory that is not there.
  void answer(PoolMessage& message) {
    asked_.assign(message.outputs().begin(), message.outputs().end());
    if (!message.inputs().empty()) predict(message.inputs());
    const bool in_place = place();
    message.start(MessageKind::REPLY, message.request());
    for (std::size_t i = 0; i < made_.size(); ++i) {
      if (in_place && made_[i].bytes)
        std::memcpy(memory_.data() + made_[i].offset, outputs_[i].data.data(),
                    outputs_[i].data.size());
      message.add_output(made_[i]);
    }
  }

 private:
  void predict(std::span<const SentTensor> inputs) {
    inputs_.clear(), outputs_.clear(), made_.clear();
    for (const SentTensor& input : inputs) {
      if (!memory_.holds(input.offset, input.bytes))
        throw Error(sentence("the input ", input.name(), " is not in the shared memory"));
      inputs_.push_back(input.at(memory_.data()));
    }
    const auto& results = model_.predict(std::span<const PoolTensor>(inputs_));
    outputs_.assign(results.begin(), results.end());
    for (const PoolTensor& output : outputs_) {
      made_.push_back(SentTensor::of(output, SentTensor::nowhere));
      if (made_.back().bytes != Index(output.data.size()))
        throw Error(sentence("the output ", output.name, " has ", output.data.size(),
                             " bytes, which is not the shape ", text(output.shape)));
    }
  }
  /// Whether the outputs are those that the pool has places for.
  bool place() {
    bool all = made_.size() == asked_.size();
    for (std::size_t i = 0; i < made_.size() && all; ++i) {
      made_[i].offset = asked_[i].offset;
      all = made_[i] == asked_[i] && memory_.holds(made_[i].offset, made_[i].bytes);
    }
    for (SentTensor& one : made_)
      if (!all) one.offset = SentTensor::nowhere;
    return all;
  }

  Model& model_;
  SharedMemory& memory_;
  std::vector<SentTensor> asked_, made_;
  std::vector<PoolTensor> inputs_, outputs_;
};

}  // namespace tenon
