// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Some consecutive ranks of a communication that has messages, as a communication of their own:
///   MessagePart<TcpMessages> stage(all, 4, 4, patience, [&](int tag) { return TcpMessages(...);
///   });
/// What its ranks do together, they say to each other in one exchange.
#include <functional>

#include <tenon/comm/first_error.hpp>
#include <tenon/comm/message_exchange.hpp>

namespace tenon {

template <class Messages>
class MessagePart : public Communication {
 public:
  using Make = std::function<Messages(int tag)>;

  /// @param all, @param patience outlive the part, and what `make` makes messages of.
  MessagePart(Communication& all, int first, int count, Patience& patience, Make make)
      : all_(all), first_(first), count_(count), patience_(patience), make_(std::move(make)) {
    if (first < 0 || count < 1 || first + count > all.size() || rank() < 0 || rank() >= count)
      throw Error("a rank is not in the part of the ranks that it names");
  }

  int rank() const override { return all_.rank() - first_; }
  int size() const override { return count_; }
  std::vector<int> node() override {
    std::vector<int> own;
    for (int other : all_.node())
      if (other >= first_ && other < first_ + count_) own.push_back(other - first_);
    return own;
  }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    std::unique_ptr<Exchange> exchange;
    together([&] {
      ExchangeProgram program = programs(rank());
      for (ExchangeProgram::Piece& piece : program.pieces) piece.source += first_;
      for (ExchangeProgram::Gift& gift : program.gifts) gift.to += first_;
      exchange = std::make_unique<MessageExchange<Messages>>(make_(tag), std::move(program),
                                                             scratch, tag, patience_);
    });
    return exchange;
  }
  void together(const std::function<void()>& what) override {
    std::string own = text_thrown_by(what);
    const std::uint64_t size = own.size();
    std::vector<std::uint64_t> sizes = all_gather({&size, 1});
    const std::uint64_t longest = *std::ranges::max_element(sizes);
    if (longest == 0) return;
    own.resize((longest + 7) / 8 * 8);
    std::vector<std::uint64_t> words(own.size() / 8);
    std::memcpy(words.data(), own.data(), own.size());
    const std::vector<std::uint64_t> all = all_gather(words);
    std::vector<std::string> texts;
    for (std::size_t rank = 0; rank < sizes.size(); ++rank)
      texts.emplace_back(reinterpret_cast<const char*>(all.data() + rank * words.size()),
                         std::size_t(sizes[rank]));
    throw_first(texts);
  }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    std::vector<std::uint64_t> all(numbers.size() * std::size_t(count_));
    const auto bytes = Index(numbers.size_bytes());
    const auto of = [&](int rank) { return all.data() + std::size_t(rank) * numbers.size(); };
    std::ranges::copy(numbers, of(rank()));
    Messages messages = make_(gathering_tag);
    const auto for_all = [&](auto&& visit) {
      for (int other = 0; other < count_; ++other)
        if (other != rank()) visit(other);
    };
    patience_.guard([&] {
      for_all([&](int other) { messages.expect(first_ + other, bytes); });
      for_all([&](int other) { messages.expect(first_ + other, bytes); });
      for_all([&](int other) {
        messages.receive(first_ + other, reinterpret_cast<std::byte*>(of(other)), bytes);
      });
      for_all([&](int other) {
        messages.send(first_ + other, reinterpret_cast<const std::byte*>(numbers.data()), bytes);
      });
      messages.wait();
    });
    return all;
  }
  void fail(const std::string& why) override { all_.fail(why); }
  void send(std::span<const std::byte> data, int to) override { all_.send(data, to + first_); }
  void receive(std::span<std::byte> data, int from) override { all_.receive(data, from + first_); }

 private:
  static constexpr int gathering_tag = 32765;  // the exchanges of a program have small ones

  Communication& all_;
  int first_, count_;
  Patience& patience_;
  Make make_;
};

}  // namespace tenon
