// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How ranks reach each other. An executor knows only this; comm/mpi.hpp does it with MPI, and a
/// program of one rank needs nothing.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <tenon/comm/channel.hpp>
#include <tenon/comm/exchange_program.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/kernel.hpp>

namespace tenon {

/// An exchange made ready: it allocates nothing when it runs.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Where the next run's x is best produced: then nobody copies it. Null: anywhere.
  virtual std::byte* source() { return nullptr; }
  /// Collective over the communication. @param finish done to what was summed (this rank's block).
  /// @return where the result is: y, or memory that ranks share, to be read until the next run.
  virtual const std::byte* run(const void* x, void* y, const Finish& finish = {}) = 0;
};

/// What each rank of an exchange has to do.
using ExchangePrograms = std::function<ExchangeProgram(int rank)>;

class Communication {
 public:
  virtual ~Communication() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Collective.
  /// @param programs is asked in this call only, for this rank's part and for others' where it
  /// helps.
  /// @param scratch memory for what is staged: all that this rank takes and gives.
  /// @param tag tells exchanges of one program apart.
  virtual std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs,
                                            std::span<std::byte> scratch, int tag) = 0;
  /// Does `what` on every rank. If it throws on any, every rank throws: the text of the first one.
  virtual void together(const std::function<void()>& what) = 0;
  /// The numbers of all ranks, rank after rank. @pre equally many on each.
  virtual std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) = 0;
  /// The ranks of this one's node, ascending; itself among them. Collective.
  virtual std::vector<int> node() = 0;
  /// This rank left a forward before its end: whoever waits for it throws `why`, now or when it
  /// next does, and no exchange is run here any more. Not collective; the first one counts.
  /// Where MPI's messages go between nodes, ranks hear of it by their patience alone.
  virtual void fail(const std::string& why) { static_cast<void>(why); }
  /// To one other rank, and from one, which calls the counterpart with as many bytes.
  virtual void send(std::span<const std::byte> data, int to) = 0;
  virtual void receive(std::span<std::byte> data, int from) = 0;
  /// Collective: from and to every rank's neighbours in a pipeline. The channel ends before this.
  /// What is here waits in send() until the block is taken, or on its way.
  virtual std::unique_ptr<Channel> channel(const ChannelEnds& ends);
  /// Some consecutive ranks as a communication of their own, by their numbers in it. Collective:
  /// each rank names the part that it is in. The part ends before this.
  virtual std::unique_ptr<Communication> part(int first, int count) {
    throw Error(std::string("ranks ")
                    .append(std::to_string(first))
                    .append(" to ")
                    .append(std::to_string(first + count - 1))
                    .append(" cannot be a stage of a pipeline: this communication has no parts; "
                            "legal: ranks of MPI, of TCP, or virtual ones"));
  }
  /// Whether the number is the same on all ranks.
  bool agree(std::uint64_t number) {
    for (std::uint64_t other : all_gather({&number, 1}))
      if (other != number) return false;
    return true;
  }
};

namespace detail {

/// By the messages from rank to rank that every communication has.
class MessageByMessage : public Channel {
 public:
  MessageByMessage(Communication& communication, const ChannelEnds& ends)
      : communication_(communication),
        ends_(ends),
        sent_(std::size_t(ends.bytes_to)),
        received_(std::size_t(ends.bytes_from)) {}

  std::byte* room() override { return sent_.data(); }
  void send() override {
    if (!sent_.empty()) communication_.send(sent_, ends_.to);
  }
  const std::byte* receive() override {
    if (!received_.empty()) communication_.receive(received_, ends_.from);
    return received_.data();
  }
  void release() override {}

 private:
  Communication& communication_;
  ChannelEnds ends_;
  std::vector<std::byte> sent_, received_;
};

}  // namespace detail

inline std::unique_ptr<Channel> Communication::channel(const ChannelEnds& ends) {
  return std::make_unique<detail::MessageByMessage>(*this, ends);
}

/// A communication over whatever the host program has; comm/mpi.hpp says it for an MPI
/// communicator.
template <class Host>
struct CommunicationOver;

}  // namespace tenon
