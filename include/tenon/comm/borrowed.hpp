// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A communication that belongs to somebody else, as what models and typed tensors run on:
///   void predict_on(Communication& communication) { Model<...> model(communication, Cpu{}); }
#include <tenon/comm/communication.hpp>

namespace tenon {

class BorrowedCommunication : public Communication {
 public:
  /// @param owner outlives this. It is a handle, as MPI's communicators are: a constant one
  /// communicates too.
  explicit BorrowedCommunication(const Communication& owner)
      : owner_(const_cast<Communication&>(owner)) {}

  int rank() const override { return owner_.rank(); }
  int size() const override { return owner_.size(); }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    return owner_.prepare(programs, scratch, tag);
  }
  void together(const std::function<void()>& what) override { owner_.together(what); }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    return owner_.all_gather(numbers);
  }
  std::vector<int> node() override { return owner_.node(); }
  void fail(const std::string& why) override { owner_.fail(why); }
  void send(std::span<const std::byte> data, int to) override { owner_.send(data, to); }
  void receive(std::span<std::byte> data, int from) override { owner_.receive(data, from); }
  std::unique_ptr<Channel> channel(const ChannelEnds& ends) override {
    return owner_.channel(ends);
  }
  std::unique_ptr<Communication> part(int first, int count) override {
    return owner_.part(first, count);
  }

 private:
  Communication& owner_;
};

template <>
struct CommunicationOver<Communication> {
  using type = BorrowedCommunication;
};

}  // namespace tenon
