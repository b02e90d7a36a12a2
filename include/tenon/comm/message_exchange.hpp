// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange by messages: one from each rank that has a piece to each that takes it.
///   messages.expect(3, 4096); ... messages.receive(3, y, 4096); messages.wait();
/// Cost: what is contiguous goes without a copy; the rest is staged in the scratch memory.
#include <tenon/comm/communication.hpp>
#include <tenon/comm/patience.hpp>
#include <tenon/comm/region_sum.hpp>
#include <tenon/core/finish.hpp>

namespace tenon {

template <class Messages>
class MessageExchange : public Exchange {
 public:
  /// @param patience outlives the exchange.
  MessageExchange(Messages messages, ExchangeProgram program, std::span<std::byte> scratch, int tag,
                  Patience& patience)
      : program_(std::move(program)),
        messages_(std::move(messages)),
        patience_(patience),
        tag_(tag) {
    const Index size = bytes(program_.element);
    std::size_t used = 0;
    const auto message = [&](int peer, const Region& region, bool staged, int sums = 1) {
      Message m{peer, nullptr, region.first * size, sums * region.volume() * size};
      if (staged) m.staging = scratch.data() + used, used += std::size_t(m.bytes);
      if (used > scratch.size())
        throw Error("an exchange needs more scratch memory than the plan gave it");
      messages_.expect(peer, m.bytes);
      return m;
    };
    const bool sums = program_.sums();
    for (const ExchangeProgram::Piece& piece : program_.pieces)
      if (!piece.own)
        taken_.push_back(
            message(piece.source, piece.to, sums || !is_contiguous(piece.to), piece.sums()));
    for (const ExchangeProgram::Gift& gift : program_.gifts)
      given_.push_back(message(gift.to, gift.from, !is_contiguous(gift.from)));
    if (sums) prepare_adds();
  }

  /// After an error nothing more comes to y; but ranks that are late may still be sent x.
  const std::byte* run(const void* x, void* y, const Finish& finish = {}) override {
    patience_.guard([&] { exchange(x, y); });
    if (adds_.empty()) keep_own(x, y);
    for (Add& add : adds_) {
      for (std::size_t i = 0; i < add.at.size(); ++i)
        if (!add.staged[i]) add.at[i] = static_cast<const std::byte*>(x);
      add.sum.run(add.at.data(), static_cast<std::byte*>(y), finish);
    }
    if (adds_.empty()) finish_block(program_.element, y, program_.result, finish);
    return static_cast<const std::byte*>(y);
  }

 private:
  void exchange(const void* x, void* y) try {
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
    const Waiting& waiting = patience_.waiting();
    if (waiting.patience.count() == 0) return messages_.wait();
    if (const std::string late = messages_.wait(waiting); !late.empty())
      patience_.throw_late(late, tag_);
  } catch (...) {
    messages_.stop();
    throw;
  }

  struct Message {
    int peer;
    std::byte* staging;  // none: straight from or to memory, `first` bytes in
    Index first, bytes;
  };
  /// A block of the result, and what is added there: what this rank holds, or what was staged.
  struct Add {
    RegionSum sum;
    std::vector<const std::byte*> at;
    std::vector<bool> staged;
  };

  /// What needs no sums: what lies here, and what did not come to its place.
  void keep_own(const void* x, void* y) const {
    std::size_t taken = 0;
    for (const ExchangeProgram::Piece& piece : program_.pieces) {
      if (piece.own) copy(program_.element, x, piece.from, y, piece.to);
      else if (const Message& m = taken_[taken++]; m.staging)
        copy(program_.element, m.staging, packed(piece.to), y, piece.to);
    }
  }

  void prepare_adds() {
    const Index columns = program_.result.empty() ? 1 : program_.result.back();
    std::vector<Region> regions;
    std::vector<int> joins;
    Add add{RegionSum(program_.element, {}, {}, {}, 1), {}, {}};
    std::size_t taken = 0;
    const auto& pieces = program_.pieces;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      const ExchangeProgram::Piece& piece = pieces[p];
      const Message* m = piece.own ? nullptr : &taken_[taken++];
      for (int i = 0; i < piece.sums(); ++i) {
        Region staged = packed(piece.to);
        staged.first = i * piece.to.volume();
        regions.push_back(m ? staged : sum_of(piece.from, piece.sums(), i));
        joins.push_back(piece.joins.empty() ? int(piece.add) : piece.joins[std::size_t(i)]);
        add.at.push_back(m ? m->staging : nullptr);
        add.staged.push_back(m != nullptr);
      }
      if (p + 1 < pieces.size() && pieces[p + 1].add) continue;
      add.sum = RegionSum(program_.element, piece.to, regions, joins, columns);
      adds_.push_back(std::move(add));
      add = {RegionSum(program_.element, {}, {}, {}, 1), {}, {}};
      regions.clear(), joins.clear();
    }
  }

  ExchangeProgram program_;
  Messages messages_;
  Patience& patience_;
  int tag_;
  std::vector<Add> adds_;  // of an exchange that sums
  std::vector<Message> taken_, given_;
};

}  // namespace tenon
