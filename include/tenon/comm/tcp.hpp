// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Communication between processes that were started without mpirun, over TCP:
///   Model<...> model(TcpHost{.rank = 3, .ranks = 8, .join = "10.0.0.1:7000"}, Cpu{});
/// What one rank throws in it, all others throw when they next wait for it; so they do where its
/// process ends. Cost: a connection between each two ranks; each exchange is messages, as over MPI
/// between nodes.
#include <tenon/comm/communication.hpp>
#include <tenon/comm/tcp_host.hpp>
#include <tenon/core/separate.hpp>

namespace tenon {

class TcpCommunication : public Communication {
 public:
  /// Collective over the ranks of the job.  @throws Error: see comm/tcp_meeting.hpp
  TENON_DECL explicit TcpCommunication(const TcpHost& host);

  int rank() const override { return ranks_->rank(); }
  int size() const override { return ranks_->size(); }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    return ranks_->prepare(programs, scratch, tag);
  }
  void together(const std::function<void()>& what) override { ranks_->together(what); }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    return ranks_->all_gather(numbers);
  }
  std::vector<int> node() override { return ranks_->node(); }
  void fail(const std::string& why) override { ranks_->fail(why); }
  void send(std::span<const std::byte> data, int to) override { ranks_->send(data, to); }
  void receive(std::span<std::byte> data, int from) override { ranks_->receive(data, from); }
  std::unique_ptr<Communication> part(int first, int count) override {
    return ranks_->part(first, count);
  }

 private:
  std::unique_ptr<Communication> ranks_;
};

template <>
struct CommunicationOver<TcpHost> {
  using type = TcpCommunication;
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/comm/tcp.ipp>
#endif
