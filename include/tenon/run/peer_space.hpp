// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory of each rank's device that the devices of its node's other ranks read, in two turns; or
/// why there is none:  PeerSpace space(device, backend.exchange(), communication, 4096);
///   space.refused() == "rank 0 cannot read what rank 1 has on its device: ..."
#include <algorithm>
#include <string>

#include <tenon/backend/backend.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/core/hash.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/run/exchange_wish.hpp>

namespace tenon::detail {

class PeerSpace {
 public:
  PeerSpace() = default;  // nobody shows anything
  /// Collective; all ranks find it possible, or none does. Each reads once what the others of its
  /// node have written, to see that it is that.
  /// @param bytes of a turn, on this rank
  /// @throws Error on every rank where peers are asked for and are not possible, or where the
  /// ranks were asked for different ways.
  PeerSpace(Device& device, DeviceExchange wish, Communication& communication, Index bytes)
      : rank_(communication.rank()) {
    agree_on_wish(wish, communication);
    const std::vector<Rank> ranks = gather(device, communication);
    for (const Rank& rank : ranks) nodes_.push_back(int(rank.node));
    if (wish == DeviceExchange::staged) return;
    std::vector<std::uint64_t> cards;
    refused_ = said_together(communication, device, [&] { show(device, bytes, ranks); });
    if (refused_.empty()) {
      cards = communication.all_gather(card_);
      refused_ = said_together(communication, device, [&] { open(device, ranks, cards); });
    }
    if (refused_.empty()) return;
    end(device, communication);
    if (wish == DeviceExchange::peer)
      throw Error(sentence("the devices do not exchange by reading each other's memory: ", refused_,
                           "; legal: DeviceExchange::automatic, or staged"));
  }

  /// How much of the device's memory that takes, at most.
  static Index bytes_shown(Device& device, Index bytes) {
    return device.peers() ? device.peers()->bytes_of(2 * whole_turn(bytes)) : 0;
  }
  /// Collective: nothing is shown any more, and its memory is the device's again.
  void end(Device& device, Communication& communication) {
    communication.together([&] { turns_.clear(); });
    if (own_) device.peers()->withdraw(std::move(own_));  // all have closed it
  }

  explicit operator bool() const { return !turns_.empty(); }
  /// Why it is not possible, though nobody has forbidden it; "": it is, or it was not asked for.
  const std::string& refused() const { return refused_; }
  /// Each rank's node, by its first rank.
  const std::vector<int>& nodes() const { return nodes_; }
  /// Where a rank of this node shows what others read. @param turn 0 or 1
  std::byte* at(int rank, int turn) const {
    const Turns& turns = turns_[std::size_t(rank)];
    return turns.memory.get() + turn * turns.bytes;
  }

 private:
  struct Rank {
    std::uint64_t node, number;
  };
  struct Turns {
    PeerMemory::Memory memory;
    Index bytes = 0;
  };
  static constexpr Index words = 128;  // that are read to see that reading works
  static constexpr std::size_t name_words = std::tuple_size_v<PeerMemory::Name>;

  static Index whole_turn(Index bytes) {
    return std::max<Index>((bytes + 255) / 256 * 256, words * 8);
  }
  static std::vector<Rank> gather(Device& device, Communication& communication) {
    const std::uint64_t own[] = {std::uint64_t(communication.node().front()),
                                 device.peers() ? device.peers()->number() : 0};
    const std::vector<std::uint64_t> all = communication.all_gather(own);
    std::vector<Rank> ranks;
    for (std::size_t i = 0; i < all.size(); i += 2) ranks.push_back({all[i], all[i + 1]});
    return ranks;
  }
  /// What any rank's part of it threw; nothing is in flight then.
  static std::string said_together(Communication& communication, Device& device, auto&& part) {
    try {
      communication.together([&] {
        try {
          part();
        } catch (...) {
          settle(device);
          throw;
        }
      });
      return {};
    } catch (const Error& error) {
      return std::string(Error::unlabelled(error.what()));
    }
  }
  static void settle(Device& device) noexcept try { device.wait(); } catch (...) {
  }

  /// A word that nobody could guess. @param card of the rank that shows it
  static std::uint64_t word(std::span<const std::uint64_t> card, Index i) {
    Hash hash;
    for (std::uint64_t number : card) hash.add(number);
    return hash.add(i).value;
  }
  void show(Device& device, Index bytes, const std::vector<Rank>& ranks) {
    if (!device.peers()) throw Error(sentence(device.text(), " has no memory that others read"));
    bytes = whole_turn(bytes);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
    for (const Rank& rank : ranks) all.emplace_back(rank.node, rank.number);
    std::ranges::sort(all);  // whichever rank each of them is
    Hash readers;
    for (const auto& [node, number] : all) readers.add(node).add(number);
    own_ = device.peers()->share(2 * bytes, readers.value);
    const PeerMemory::Name name = device.peers()->name_of(own_);
    card_.assign(name.begin(), name.end());
    card_.push_back(std::uint64_t(bytes));
    const Device::Memory staging = device.allocate_staging(words * 8);
    for (Index i = 0; i < words; ++i)
      reinterpret_cast<std::uint64_t*>(staging.get())[i] = word(card_, i);
    device.upload(own_.get(), staging.get(), words * 8);
    device.wait();
  }
  void open(Device& device, const std::vector<Rank>& ranks, std::span<const std::uint64_t> cards) {
    turns_.resize(ranks.size());
    for (std::size_t other = 0; other < ranks.size(); ++other) {
      if (ranks[other].node != ranks[std::size_t(rank_)].node) continue;
      const auto card = cards.subspan(other * card_.size(), card_.size());
      Turns& turns = turns_[other];
      turns.bytes = Index(card.back());
      turns.memory = int(other) == rank_ ? own_ : nullptr;
      if (turns.memory) continue;
      try {
        PeerMemory::Name name;
        std::copy_n(card.begin(), name_words, name.begin());
        turns.memory = device.peers()->open(name);
        read(device, turns.memory.get(), card);
      } catch (const Error& error) {
        throw Error(sentence("rank ", rank_, " cannot read what rank ", other,
                             " has on its device: ", Error::unlabelled(error.what())));
      }
    }
  }
  /// As an exchange does, by a kernel.
  static void read(Device& device, const std::byte* from, std::span<const std::uint64_t> card) {
    const Region all{0, {words}, {1}};
    const Addend addend{from, all};
    const Device::Memory here = device.allocate(words * 8);
    const Device::Memory staging = device.allocate_staging(words * 8);
    const auto copying = device.adding(Element::int64, {&addend, 1}, all);
    KernelCall call;
    call.output = {here.get(), {{0, words}}, Element::int64};
    try {
      copying->run(call);
      device.download(staging.get(), here.get(), words * 8);
    } catch (...) {
      settle(device);
      throw;
    }
    device.wait();
    for (Index i = 0; i < words; ++i)
      if (reinterpret_cast<const std::uint64_t*>(staging.get())[i] != word(card, i))
        throw Error("what it reads there is not what was written");
  }

  int rank_ = 0;
  std::vector<int> nodes_;
  std::string refused_;
  PeerMemory::Memory own_;
  std::vector<std::uint64_t> card_;  // the name of what this rank shows, and a turn's bytes
  std::vector<Turns> turns_;         // of each rank; none of other nodes'
};

}  // namespace tenon::detail
