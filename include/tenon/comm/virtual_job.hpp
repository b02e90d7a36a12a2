// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the threads share that are the ranks of one process (comm/virtual_ranks.hpp): messages from
/// memory to memory, and meetings of all.
///   job.exchange(3, tag, takes, gifts);  auto texts = job.meet(3, "a gathering", "text of rank
///   3");
#include <cstring>
#include <memory>
#include <span>

#include <tenon/comm/virtual_waiting.hpp>

namespace tenon::detail {

class VirtualJob : public VirtualWaiting {
 public:
  struct Take {
    int peer;
    std::span<std::byte> to;
    const std::byte* from = nullptr;  // once it is given
  };
  struct Gift {
    int peer;
    std::span<const std::byte> from;
  };
  using Texts = std::shared_ptr<const std::vector<std::string>>;
  static constexpr int message_tag = -1;  // the exchanges of a program have others

  explicit VirtualJob(int ranks)
      : VirtualWaiting(ranks), ranks_(std::size_t(ranks)), came_(std::size_t(ranks)) {}

  /// Until all is taken from others, and they have taken all that is given.
  /// @throws Error when a rank failed, or ended instead; nothing is read or written after it.
  void exchange(int rank, int tag, std::span<Take> takes, std::span<const Gift> gifts) {
    Lock lock = this->lock();
    check();
    Rank& me = at(rank);
    me = {tag, takes, takes.size(), gifts.size(), std::move(me.offers)};
    for (Take& take : takes) find_offer(rank, take);
    for (const Gift& gift : gifts) offer(rank, gift);
    wait(lock, rank, Awaits::gifts, [&] { return me.untaken == 0; });
    if (!failed()) {
      lock.unlock();
      for (const Take& take : takes) std::memcpy(take.to.data(), take.from, take.to.size());
      lock.lock();
    }
    for (const Take& take : takes)
      if (take.from && --at(take.peer).unread == 0) wake(take.peer, Awaits::readers);
    me.takes = {};
    wait(lock, rank, Awaits::readers, [&] { return me.unread == 0; });
    if (failed()) take_back(rank, gifts);
    while (me.unread > 0) sleep(lock, rank, Awaits::readers);  // who still reads comes to an end
    check();
  }

  /// What every rank brings, once all have come.
  /// @param where the same on all. @param complains whether a text that is not empty is an error.
  Texts meet(int rank, const std::string& where, std::string text, bool complains = false) {
    Lock lock = this->lock();
    check();
    if (!brought_) {
      brought_ = std::make_shared<std::vector<std::string>>(ranks_.size());
      where_ = where, complains_ = complains;
    }
    if (where != where_)
      fail(sentence("rank ", rank, " is in ", where, ", others are in ", where_));
    check();
    const Texts all = brought_;
    (*brought_)[std::size_t(rank)] = std::move(text);
    came_[std::size_t(rank)] = true;
    wait(lock, rank, Awaits::meeting, [&] { return all != brought_ || all_came(); });
    if (all != brought_) return all;
    check();
    brought_ = nullptr;
    came_.assign(came_.size(), false);
    for (int other = 0; other < size(); ++other) wake(other, Awaits::meeting);
    return all;
  }

 private:
  struct Rank {
    int tag = 0;
    std::span<Take> takes{};
    std::size_t untaken = 0, unread = 0;         // of what it takes, of what it gives
    std::vector<std::pair<int, Gift>> offers{};  // not found by it yet: for which tag, from whom
  };
  Rank& at(int rank) { return ranks_[std::size_t(rank)]; }
  bool all_came() const { return std::ranges::count(came_, true) == size(); }

  void match(int taker, Take& take, std::span<const std::byte> from) {
    if (from.size() != take.to.size())
      fail(sentence("rank ", take.peer, " sends ", from.size(), " bytes in ", name(at(taker).tag),
                    ", where rank ", taker, " takes ", take.to.size()));
    take.from = from.data();
    if (--at(taker).untaken == 0) wake(taker, Awaits::gifts);
  }
  void find_offer(int rank, Take& take) {
    std::erase_if(at(rank).offers, [&](const auto& one) {
      if (take.from || one.second.peer != take.peer || one.first != at(rank).tag) return false;
      match(rank, take, one.second.from);
      return true;
    });
  }
  void offer(int rank, const Gift& gift) {
    Rank& taker = at(gift.peer);
    if (taker.tag == at(rank).tag)
      for (Take& take : taker.takes)
        if (take.peer == rank && !take.from) return match(gift.peer, take, gift.from);
    taker.offers.push_back({at(rank).tag, {rank, gift.from}});
  }
  void take_back(int rank, std::span<const Gift> gifts) {
    for (const Gift& gift : gifts)
      at(rank).unread -= std::erase_if(at(gift.peer).offers,
                                       [&](const auto& one) { return one.second.peer == rank; });
  }

  static std::string name(int tag) {
    return tag == message_tag ? "a message from rank to rank"
                              : sentence("the exchange of step ", tag);
  }
  Missing missing(int rank, Awaits what) const override {
    const Rank& me = ranks_[std::size_t(rank)];
    if (what == Awaits::meeting)
      return {int(std::ranges::find(came_, false) - came_.begin()), where_};
    for (const Take& take : me.takes)
      if (!take.from) return {take.peer, name(me.tag)};
    for (int other = 0; other < size(); ++other)
      for (const auto& [tag, gift] : ranks_[std::size_t(other)].offers)
        if (gift.peer == rank) return {other, name(me.tag)};
    return {rank, name(me.tag)};
  }
  std::string complaint() const override {
    if (!brought_ || !complains_) return "";
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank)
      if (const std::string& text = (*brought_)[rank]; !text.empty())
        return sentence(text, " (found by rank ", rank, ")");
    return "";
  }

  std::vector<Rank> ranks_;
  std::shared_ptr<std::vector<std::string>> brought_;  // to the meeting that some have come to
  std::string where_;
  bool complains_ = false;
  std::vector<bool> came_;
};

}  // namespace tenon::detail
