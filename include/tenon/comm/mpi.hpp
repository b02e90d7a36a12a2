// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Communication over an MPI communicator of the host program, of which it makes a duplicate.
///   Model<...> model(boost::mpi::communicator(host, boost::mpi::comm_attach), Cpu{});
/// MPI is the host's: it is initialised and finalised there.
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/environment.hpp>
#include <chrono>
#include <cstdint>
#include <thread>

#include <tenon/comm/mpi_exchange.hpp>

namespace tenon {

class MpiCommunication : public Communication {
 public:
  /// Collective over `host`.
  explicit MpiCommunication(const boost::mpi::communicator& host)
      : communicator_(host, boost::mpi::comm_duplicate) {}

  int rank() const override { return communicator_.rank(); }
  int size() const override { return communicator_.size(); }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte> scratch,
                                    int tag) override {
    return std::make_unique<MpiExchange>(communicator_, programs(rank()), scratch, tag);
  }
  void together(const std::function<void()>& what) override {
    std::string text;
    try {
      what();
    } catch (const std::exception& error) {
      text = error.what();
      if (text.empty()) text = "an error without a text";
    } catch (...) {
      text = "an error that is no std::exception";
    }
    const int failed = text.empty() ? size() : rank();
    int first = 0;
    MPI_Request request;
    check_mpi(MPI_Iallreduce(&failed, &first, 1, MPI_INT, MPI_MIN, communicator_, &request),
              "MPI_Iallreduce");
    wait_patiently(request);
    if (first == size()) return;
    const int count = boost::mpi::all_reduce(communicator_, int(!text.empty()), std::plus<int>());
    boost::mpi::broadcast(communicator_, text, first);
    if (count < size())
      text.append(" (found by rank ")
          .append(std::to_string(first))
          .append(count > 1 ? " and others)" : ")");
    throw Error(text);
  }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    std::vector<std::uint64_t> all(numbers.size() * std::size_t(size()));
    if (all.empty()) return all;  // of nothing, Boost.MPI takes a reference to it
    boost::mpi::all_gather(communicator_, numbers.data(), int(numbers.size()), all.data());
    return all;
  }
  std::vector<int> node() override {
    MPI_Comm shared = MPI_COMM_NULL;
    check_mpi(
        MPI_Comm_split_type(communicator_, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &shared),
        "MPI_Comm_split_type");
    std::uint64_t first = std::uint64_t(rank());
    check_mpi(MPI_Bcast(&first, 1, MPI_UINT64_T, 0, shared), "MPI_Bcast");
    check_mpi(MPI_Comm_free(&shared), "MPI_Comm_free");
    const std::vector<std::uint64_t> firsts = all_gather({&first, 1});
    std::vector<int> ranks;
    for (int other = 0; other < size(); ++other)
      if (firsts[std::size_t(other)] == first) ranks.push_back(other);
    return ranks;
  }
  void send(std::span<const std::byte> data, int to) override {
    for_each_message(data, [&](std::span<const std::byte> part) {
      check_mpi(MPI_Send(part.data(), int(part.size()), MPI_BYTE, to, tag, communicator_),
                "MPI_Send");
    });
  }
  void receive(std::span<std::byte> data, int from) override {
    for_each_message(data, [&](std::span<std::byte> part) {
      check_mpi(MPI_Recv(part.data(), int(part.size()), MPI_BYTE, from, tag, communicator_,
                         MPI_STATUS_IGNORE),
                "MPI_Recv");
    });
  }
  const boost::mpi::communicator& communicator() const { return communicator_; }

 private:
  static constexpr int tag = 32767;  // the exchanges of a program have small ones

  /// Waits without taking a core from those that still work: it sleeps longer and longer, up to
  /// half a millisecond.
  static void wait_patiently(MPI_Request& request) {
    std::chrono::microseconds pause{1};
    for (int tries = 0, done = 0;; ++tries) {
      check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
      if (done) return;
      if (tries < 100) continue;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, std::chrono::microseconds(500));
    }
  }

  /// Messages of no more bytes than MPI counts.
  template <class Byte>
  static void for_each_message(std::span<Byte> data, auto&& visit) {
    constexpr std::size_t largest = std::size_t(1) << 30;
    for (; data.size() > largest; data = data.subspan(largest)) visit(data.first(largest));
    visit(data);
  }

  boost::mpi::communicator communicator_;
};

template <>
struct CommunicationOver<boost::mpi::communicator> {
  using type = MpiCommunication;
};

}  // namespace tenon
