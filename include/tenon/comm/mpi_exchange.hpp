// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange over MPI: one message from each rank that has a piece to each that takes it, cut
/// where one would pass the largest count. Cost: what is contiguous goes without a copy; the rest
/// is staged in the scratch memory. (Boost.MPI has no non-blocking exchange without allocation:
/// this calls MPI on its communicator.)
#include <boost/mpi/communicator.hpp>
#include <string_view>

#include <tenon/comm/communication.hpp>
#include <tenon/core/finish.hpp>

namespace tenon {

/// @throws Error with MPI's words. A host's communicator may return errors instead of ending the
/// job.
inline void check_mpi(int code, std::string_view call) {
  if (code == MPI_SUCCESS) return;
  char words[MPI_MAX_ERROR_STRING];
  int count = 0;
  MPI_Error_string(code, words, &count);
  throw Error(std::string(call).append(": ").append(words, std::size_t(count)));
}

class MpiExchange : public Exchange {
 public:
  /// @param largest bytes in one message; MPI's counts end at 2^31 - 1.
  MpiExchange(const boost::mpi::communicator& communicator, ExchangeProgram program,
              std::span<std::byte> scratch, int tag, Index largest = Index(1) << 30)
      : communicator_(communicator), program_(std::move(program)), tag_(tag), largest_(largest) {
    const Index size = bytes(program_.element);
    std::size_t used = 0, messages = 0;
    const auto message = [&](int peer, const Region& region, bool staged) {
      Message m{peer, nullptr, region.first * size, region.volume() * size};
      if (staged) m.staging = scratch.data() + used, used += std::size_t(m.bytes);
      if (used > scratch.size())
        throw Error("an exchange needs more scratch memory than the plan gave it");
      messages += std::size_t((m.bytes + largest_ - 1) / largest_);
      return m;
    };
    const bool sums = program_.sums();
    for (const ExchangeProgram::Piece& piece : program_.pieces)
      if (!piece.own)
        taken_.push_back(message(piece.source, piece.to, sums || !is_contiguous(piece.to)));
    for (const ExchangeProgram::Gift& gift : program_.gifts)
      given_.push_back(message(gift.to, gift.from, !is_contiguous(gift.from)));
    requests_.resize(messages, MPI_REQUEST_NULL);
  }

  const std::byte* run(const void* x, void* y, const Finish& finish = {}) override {
    int started = 0;
    for (const Message& m : taken_) {
      std::byte* to = m.staging ? m.staging : static_cast<std::byte*>(y) + m.first;
      for (Index at = 0; at < m.bytes; at += largest_)
        check_mpi(MPI_Irecv(to + at, int(std::min(largest_, m.bytes - at)), MPI_BYTE, m.peer, tag_,
                            communicator_, &requests_[started++]),
                  "MPI_Irecv");
    }
    for (std::size_t i = 0; i < given_.size(); ++i) {
      const Message& m = given_[i];
      if (m.staging)
        copy(program_.element, x, program_.gifts[i].from, m.staging,
             packed(program_.gifts[i].from));
      const std::byte* from = m.staging ? m.staging : static_cast<const std::byte*>(x) + m.first;
      for (Index at = 0; at < m.bytes; at += largest_)
        check_mpi(MPI_Isend(from + at, int(std::min(largest_, m.bytes - at)), MPI_BYTE, m.peer,
                            tag_, communicator_, &requests_[started++]),
                  "MPI_Isend");
    }
    check_mpi(MPI_Waitall(started, requests_.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
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
  boost::mpi::communicator communicator_;
  ExchangeProgram program_;
  int tag_;
  Index largest_;
  std::vector<Message> taken_, given_;
  std::vector<MPI_Request> requests_;
};

}  // namespace tenon
