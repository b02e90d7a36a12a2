// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a rank that is a thread (comm/virtual_ranks.hpp) reaches the others by.
#include <tenon/comm/message_part.hpp>
#include <tenon/comm/virtual_messages.hpp>

namespace tenon::detail {

class VirtualCommunication : public Communication {
 public:
  /// @param job outlives this.
  VirtualCommunication(VirtualJob& job, int rank)
      : job_(job), rank_(rank), patience_(rank, Waiting()) {}

  int rank() const override { return rank_; }
  int size() const override { return job_.size(); }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    std::unique_ptr<Exchange> exchange;
    together([&] {
      exchange = std::make_unique<MessageExchange<VirtualMessages>>(
          VirtualMessages(job_, rank_, tag), programs(rank_), scratch, tag, patience_);
    });
    return exchange;
  }
  void together(const std::function<void()>& what) override {
    throw_first(
        *job_.meet(rank_, "the end of what all ranks do together", text_thrown_by(what), true));
  }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    const std::size_t count = numbers.size();
    const auto all =
        job_.meet(rank_, sentence("a gathering of ", count, " numbers of each rank"),
                  {reinterpret_cast<const char*>(numbers.data()), count * sizeof numbers[0]});
    std::vector<std::uint64_t> gathered(count * all->size());
    for (std::size_t i = 0; count && i < all->size(); ++i)
      std::memcpy(gathered.data() + i * count, (*all)[i].data(), (*all)[i].size());
    return gathered;
  }
  std::vector<int> node() override {
    std::vector<int> all;
    for (int rank = 0; rank < size(); ++rank) all.push_back(rank);
    return all;
  }
  void fail(const std::string& why) override { job_.fail_by(rank_, why); }
  void send(std::span<const std::byte> data, int to) override {
    check(to);
    const VirtualJob::Gift gift{to, data};
    job_.exchange(rank_, VirtualJob::message_tag, {}, {&gift, std::size_t(!data.empty())});
  }
  void receive(std::span<std::byte> data, int from) override {
    check(from);
    VirtualJob::Take take{from, data};
    job_.exchange(rank_, VirtualJob::message_tag, {&take, std::size_t(!data.empty())}, {});
  }
  std::unique_ptr<Communication> part(int first, int count) override {
    return std::make_unique<MessagePart<VirtualMessages>>(
        *this, first, count, patience_,
        [this](int tag) { return VirtualMessages(job_, rank_, tag); });
  }

 private:
  void check(int peer) const {
    if (peer < 0 || peer >= size() || peer == rank_)
      throw Error(sentence("rank ", rank_, " has no other rank ", peer));
  }

  VirtualJob& job_;
  int rank_;
  Patience patience_;
};

}  // namespace tenon::detail
