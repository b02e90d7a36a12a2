// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange of a plan in which devices read each other's memory. A rank shows what it holds, all
/// of the node meet, and each takes what it wants, adding in the order of the blocks:
///   exchange.show(turn); device->wait(); exchange.meet(); exchange.take(turn);
/// A turn is shown again only two exchanges later. Who comes to the meeting in between has read it:
/// so nobody waits for readers.
#include <tenon/comm/summed_blocks.hpp>
#include <tenon/run/peer_space.hpp>

namespace tenon::detail {

/// One number of each rank of a node, for all of them.
inline ExchangeProgram meeting_program(const std::vector<int>& nodes, int rank) {
  const Region one{0, {1}, {1}};
  ExchangeProgram program;
  program.element = Element::int32;
  program.held = {1};
  Index count = 0;
  for (int other = 0; other < int(nodes.size()); ++other) {
    if (nodes[std::size_t(other)] != nodes[std::size_t(rank)]) continue;
    const bool own = other == rank;
    program.pieces.push_back({other, own, false, own ? one : Region{}, {count++, {1}, {1}}});
    if (!own) program.gifts.push_back({other, one});
  }
  program.result = {count};
  return program;
}

class PeerExchange {
 public:
  /// Collective. @param space outlives it. @param tag tells it apart from others
  PeerExchange(const PeerSpace& space, Communication& communication, int tag)
      : space_(space),
        numbers_(space.nodes().size()),
        scratch_(2 * numbers_.size() * sizeof(std::int32_t)),
        meeting_(communication.prepare(
            [&](int rank) { return meeting_program(space.nodes(), rank); }, scratch_, tag)) {}

  /// @param programs of the ranks, @param x, @param y this rank's blocks, where they lie.
  void prepare(const ExchangePrograms& programs, int rank, const Block& x, const Block& y,
               Device& device) {
    SummedBlocks blocks(programs);
    const Region all{0, {volume(x.box)}, {1}};
    taken_.output = y;
    for (int turn = 0; turn < 2; ++turn) {
      Turn& made = turns_[turn];
      if (!blocks.program(rank).gifts.empty()) made.showing = device.copying(y.element, all, all);
      made.shown.inputs.push_back(x);
      made.shown.output = {space_.at(rank, turn), x.box, y.element};
      for (const SummedBlock& block : blocks.of(rank)) {
        std::vector<Addend> addends;
        for (const Summand& s : block.summands) {
          const bool own = s.rank == rank;
          addends.push_back({own ? x.as<std::byte>() : space_.at(s.rank, turn), s.from});
        }
        if (block.to.volume()) made.taking.push_back(device.adding(y.element, addends, block.to));
      }
    }
  }

  /// Asks the device.
  void show(int turn) {
    if (turns_[turn].showing) turns_[turn].showing->run(turns_[turn].shown);
  }
  void take(int turn) {
    for (const auto& taking : turns_[turn].taking) taking->run(taken_);
  }
  /// Until all ranks of the node have come here. @pre the device has waited
  void meet() { meeting_->run(&own_number_, numbers_.data()); }

 private:
  struct Turn {
    std::unique_ptr<PreparedKernel> showing;  // none: nobody else takes of it
    KernelCall shown;
    std::vector<std::unique_ptr<PreparedKernel>> taking;
  };

  const PeerSpace& space_;
  std::int32_t own_number_ = 1;
  std::vector<std::int32_t> numbers_;
  std::vector<std::byte> scratch_;
  std::unique_ptr<Exchange> meeting_;  // of all ranks of each node
  Turn turns_[2];
  KernelCall taken_;
};

}  // namespace tenon::detail
