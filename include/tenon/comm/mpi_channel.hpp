// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A channel (comm/channel.hpp) over MPI: through memory where the two ranks are of one node, else
/// by messages. Each direction by itself.
///   MpiChannel channel(communicator, node, ends, {ring from rank 0, none}, tag);
/// Through memory nobody waits for MPI to go on: a block that was written is there, however long
/// its sender computes.
#include <optional>

#include <tenon/comm/channel.hpp>
#include <tenon/comm/messages.hpp>
#include <tenon/comm/neighbours.hpp>

namespace tenon {

/// Memory of two ranks of a node: blocks in turn, and how many were written and taken so far.
struct NodeRing {
  Signal* written = nullptr;  // none: messages do it
  Signal* taken = nullptr;
  std::byte* blocks = nullptr;

  static Index stride(Index block) { return (block + 63) / 64 * 64; }
  static Index bytes(Index block) {
    return 2 * Index(sizeof(Signal)) + Channel::depth * stride(block);
  }
  /// @param memory that both see.
  explicit NodeRing(std::byte* memory = nullptr) {
    if (!memory) return;
    written = reinterpret_cast<Signal*>(memory);
    taken = written + 1;
    blocks = memory + 2 * sizeof(Signal);
  }
  /// By the rank that receives, before anybody uses it: the pages are where they are touched first.
  void make(Index block) const {
    new (written) Signal;
    new (taken) Signal;
    std::memset(blocks, 0, std::size_t(Channel::depth * stride(block)));
  }
};

class MpiChannel : public Channel {
 public:
  /// @param node outlives the channel. @param memory of the rings; @param tag of no other channel.
  MpiChannel(const boost::mpi::communicator& communicator, Neighbours& node,
             const ChannelEnds& ends, const NodeRing& from, const NodeRing& to,
             SharedPool::Part memory, int tag)
      : node_(node), ends_(ends), from_(from), to_(to), memory_(std::move(memory)) {
    for (int turn = 0; turn < depth; ++turn) {
      if (ends.to >= 0 && !to.written) prepare(sent_, communicator, tag, ends.to, ends.bytes_to);
      if (ends.from < 0 || from.written) continue;
      prepare(received_, communicator, tag, ends.from, ends.bytes_from);
      post(received_.back());
    }
  }
  ~MpiChannel() override {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized) return;
    for (Turn& turn : received_) stop(turn);
    for (Turn& turn : sent_) stop(turn);
  }
  MpiChannel(const MpiChannel&) = delete;

  std::byte* room() override {
    return node_.patience().guard([&] {
      if (sent_.empty()) {
        if (sent_count_ >= depth) wait(*to_.taken, sent_count_ + 1 - depth, ends_.to);
        return to_.blocks + Index(sent_count_ % depth) * NodeRing::stride(ends_.bytes_to);
      }
      Turn& turn = turn_of(sent_, sent_count_);
      wait(turn, ends_.to);
      return turn.block.data();
    });
  }
  void send() override {
    Turn* turn = sent_.empty() ? nullptr : &turn_of(sent_, sent_count_);
    ++sent_count_;
    if (turn) turn->messages.send(ends_.to, turn->block.data(), ends_.bytes_to);
    else to_.written->announce(sent_count_);
  }
  const std::byte* receive() override {
    return node_.patience().guard([&]() -> const std::byte* {
      if (received_.empty()) {
        wait(*from_.written, released_count_ + 1, ends_.from);
        return from_.blocks + Index(released_count_ % depth) * NodeRing::stride(ends_.bytes_from);
      }
      Turn& turn = turn_of(received_, released_count_);
      wait(turn, ends_.from);
      return turn.block.data();
    });
  }
  void release() override {
    Turn* turn = received_.empty() ? nullptr : &turn_of(received_, released_count_);
    ++released_count_;
    if (turn) post(*turn);
    else from_.taken->announce(released_count_);
  }

 private:
  struct Turn {
    Messages messages;
    std::vector<std::byte> block;
  };
  static Turn& turn_of(std::vector<Turn>& turns, std::uint64_t count) {
    return turns[std::size_t(count % depth)];
  }
  static void prepare(std::vector<Turn>& turns, const boost::mpi::communicator& communicator,
                      int tag, int peer, Index bytes) {
    turns.push_back({Messages(communicator, tag), std::vector<std::byte>(std::size_t(bytes))});
    turns.back().messages.expect(peer, bytes);
  }
  void post(Turn& turn) { turn.messages.receive(ends_.from, turn.block.data(), ends_.bytes_from); }
  /// What MPI may still read or write stays to the end of the process.
  static void stop(Turn& turn) {
    if (!turn.messages.stop()) new std::vector<std::byte>(std::move(turn.block));
  }

  void wait(Turn& turn, int peer) {
    const Waiting& waiting = node_.patience().waiting();
    if (waiting.patience.count() == 0) return turn.messages.wait();
    if (!turn.messages.wait(waiting).empty()) late(peer);
  }
  void wait(Signal& signal, std::uint64_t count, int peer) {
    if (!signal.wait_for(count, node_.patience().waiting())) late(peer);
  }
  [[noreturn]] void late(int peer) {
    node_.patience().throw_late(std::to_string(peer), "a pipeline's next block");
  }

  Neighbours& node_;
  ChannelEnds ends_;
  NodeRing from_, to_;
  SharedPool::Part memory_;
  std::vector<Turn> sent_, received_;  // of messages; none: through memory
  std::uint64_t sent_count_ = 0, released_count_ = 0;
};

}  // namespace tenon
