// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange over MPI: one message from each rank that has a piece to each that takes it, cut
/// where one would pass the largest count. Cost: what is contiguous goes without a copy; the rest
/// is staged in the scratch memory.
#include <tenon/comm/communication.hpp>
#include <tenon/comm/messages.hpp>
#include <tenon/core/finish.hpp>

namespace tenon {

class MpiExchange : public Exchange {
 public:
  /// @param largest bytes in one message; MPI's counts end at 2^31 - 1.
  MpiExchange(const boost::mpi::communicator& communicator, ExchangeProgram program,
              std::span<std::byte> scratch, int tag, Index largest = Index(1) << 30)
      : program_(std::move(program)), messages_(communicator, tag, largest) {
    const Index size = bytes(program_.element);
    std::size_t used = 0;
    const auto message = [&](int peer, const Region& region, bool staged) {
      Message m{peer, nullptr, region.first * size, region.volume() * size};
      if (staged) m.staging = scratch.data() + used, used += std::size_t(m.bytes);
      if (used > scratch.size())
        throw Error("an exchange needs more scratch memory than the plan gave it");
      messages_.expect(peer, m.bytes);
      return m;
    };
    const bool sums = program_.sums();
    for (const ExchangeProgram::Piece& piece : program_.pieces)
      if (!piece.own)
        taken_.push_back(message(piece.source, piece.to, sums || !is_contiguous(piece.to)));
    for (const ExchangeProgram::Gift& gift : program_.gifts)
      given_.push_back(message(gift.to, gift.from, !is_contiguous(gift.from)));
  }

  const std::byte* run(const void* x, void* y, const Finish& finish = {}) override {
    for (const Message& m : taken_)
      messages_.receive(m.peer, m.staging ? m.staging : static_cast<std::byte*>(y) + m.first,
                        m.bytes);
    for (std::size_t i = 0; i < given_.size(); ++i) {
      const Message& m = given_[i];
      if (m.staging)
        copy(program_.element, x, program_.gifts[i].from, m.staging,
             packed(program_.gifts[i].from));
      messages_.send(m.peer, m.staging ? m.staging : static_cast<const std::byte*>(x) + m.first,
                     m.bytes);
    }
    messages_.wait();
    std::size_t taken = 0;
    for (const ExchangeProgram::Piece& piece : program_.pieces) {  // in the order of the blocks
      if (piece.own) {
        copy(program_.element, x, piece.from, y, piece.to, piece.add);
      } else if (const Message& m = taken_[taken++]; m.staging) {
        copy(program_.element, m.staging, packed(piece.to), y, piece.to, piece.add);
      }
    }
    finish_block(program_.element, y, program_.result, finish);
    return static_cast<const std::byte*>(y);
  }

 private:
  struct Message {
    int peer;
    std::byte* staging;  // none: straight from or to memory, `first` bytes in
    Index first, bytes;
  };
  ExchangeProgram program_;
  Messages messages_;
  std::vector<Message> taken_, given_;
};

}  // namespace tenon
