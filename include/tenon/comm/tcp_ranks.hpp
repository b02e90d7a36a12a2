// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a TcpCommunication (comm/tcp.hpp) holds: the links of one rank to all others.
#include <tenon/comm/first_error.hpp>
#include <tenon/comm/message_part.hpp>
#include <tenon/comm/tcp_meeting.hpp>
#include <tenon/comm/tcp_messages.hpp>

namespace tenon::detail {

class TcpRanks : public Communication {
 public:
  explicit TcpRanks(const TcpHost& host) : rank_(host.rank) {
    TcpMesh mesh = meet(host);
    for (int rank = 0; rank < host.ranks; ++rank)
      if (mesh.nodes[std::size_t(rank)] == mesh.nodes[std::size_t(rank_)]) node_.push_back(rank);
    links_ = std::make_unique<TcpLinks>(rank_, std::move(mesh.sockets), int(node_.size()),
                                        host.exchange_patience);
    waiting_ = links_->patience().waiting();
    waiting_.patience = host.patience;
    together([] {});  // ranks that found each other may still lack others
    waiting_ = links_->patience().waiting();
  }

  int rank() const override { return rank_; }
  int size() const override { return int(links_->all().size()); }
  std::vector<int> node() override { return node_; }
  void fail(const std::string& why) override {
    links_->patience().fail(why);
    links_->announce(why);
  }

  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    std::unique_ptr<Exchange> exchange;
    together([&] {
      exchange = std::make_unique<MessageExchange<TcpMessages>>(
          TcpMessages(*links_, tag), programs(rank_), scratch, tag, links_->patience());
    });
    return exchange;
  }

  void together(const std::function<void()>& what) override {
    links_->patience().check();
    std::vector<std::string> texts(links_->all().size());
    std::string& own = texts[std::size_t(rank_)];
    own = text_thrown_by(what);
    if (links_->patience().failed() && !own.empty()) throw Error(own);
    if (own.size() > largest_tcp_text) own.resize(largest_tcp_text);
    links_->guard([&] {
      try {
        for_all([&](TcpLink& link) {
          link.take_text(texts[std::size_t(link.peer())]);
          link.give({TcpFrame::together}, std::as_bytes(std::span(own)));
        });
        finish({TcpFrame::together});
      } catch (const std::exception&) {  // others wait elsewhere: they hear of it
        if (own.empty()) throw;
        throw Error(sentence(own, " (found by rank ", rank_, ")"));
      }
    });
    throw_first(texts);
  }

  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    const std::size_t count = numbers.size();
    std::vector<std::uint64_t> all(count * std::size_t(size()));
    const auto part = [&](int rank) {
      return std::span(all).subspan(std::size_t(rank) * count, count);
    };
    std::ranges::copy(numbers, part(rank_).begin());
    const TcpFrame frame{TcpFrame::gathering, std::uint32_t(count)};
    links_->guard([&] {
      for_all([&](TcpLink& link) {
        link.take(frame, std::as_writable_bytes(part(link.peer())));
        link.give(frame, std::as_bytes(numbers));
      });
      finish(frame);
    });
    return all;
  }

  void send(std::span<const std::byte> data, int to) override {
    with_one(to, [&](TcpLink& link) { link.give({TcpFrame::message}, data); });
  }
  void receive(std::span<std::byte> data, int from) override {
    with_one(from, [&](TcpLink& link) { link.take({TcpFrame::message}, data); });
  }
  std::unique_ptr<Communication> part(int first, int count) override {
    return std::make_unique<MessagePart<TcpMessages>>(
        *this, first, count, links_->patience(),
        [this](int tag) { return TcpMessages(*links_, tag); });
  }

 private:
  void for_all(auto&& visit) {
    for (TcpLink& link : links_->all())
      if (link.peer() != rank_) visit(link);
  }
  void with_one(int peer, auto&& with) {
    if (peer < 0 || peer >= size() || peer == rank_)
      throw Error(sentence("rank ", rank_, " has no other rank ", peer));
    links_->guard([&] {
      with((*links_)[peer]);
      finish({TcpFrame::message});
    });
  }
  void finish(const TcpFrame& frame) {
    const std::string late = links_->finish(waiting_);
    if (!late.empty())
      throw Error(sentence("rank ", rank_, " waits for rank ", late, " in ", text(frame),
                           ", for more than ", waiting_.patience.count() / 1'000'000, " ms"));
  }

  int rank_;
  std::vector<int> node_;
  std::unique_ptr<TcpLinks> links_;
  Waiting waiting_;
};

}  // namespace tenon::detail
