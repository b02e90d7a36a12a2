// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What comm/mpi.hpp declares.
#include <boost/mpi/collectives.hpp>
#include <cstdint>
#include <thread>

#include <tenon/comm/make_mpi_channel.hpp>
#include <tenon/comm/mpi_exchange.hpp>
#include <tenon/comm/node_exchange.hpp>

namespace tenon {

namespace detail {

/// Waits without taking a core from those that still work: it sleeps longer and longer, up to
/// half a millisecond.
inline void wait_patiently(MPI_Request& request) {
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
void for_each_message(std::span<Byte> data, auto&& visit) {
  constexpr std::size_t largest = std::size_t(1) << 30;
  for (; data.size() > largest; data = data.subspan(largest)) visit(data.first(largest));
  visit(data);
}

}  // namespace detail

TENON_DECL MpiCommunication::MpiCommunication(const boost::mpi::communicator& host,
                                              const MpiSettings& settings)
    : communicator_(host, boost::mpi::comm_duplicate),
      settings_(settings),
      node_(std::make_unique<Neighbours>(communicator_, settings)),
      nodes_(std::make_unique<Nodes>()) {
  nodes_->of = node_->of();
  for (int node : nodes_->of)
    nodes_->largest = std::max(nodes_->largest, std::ranges::count(nodes_->of, node));
  shares_memory_ = settings.shared_memory && nodes_->largest > 1;
}
TENON_DECL MpiCommunication::~MpiCommunication() = default;

TENON_DECL int MpiCommunication::rank() const { return communicator_.rank(); }
TENON_DECL int MpiCommunication::size() const { return communicator_.size(); }

TENON_DECL std::unique_ptr<Exchange> MpiCommunication::prepare(const ExchangePrograms& programs,
                                                               std::span<std::byte> scratch,
                                                               int exchange_tag) {
  if (shares_memory_)
    if (auto exchange = through_memory(programs, exchange_tag)) return exchange;
  return std::make_unique<MpiExchange>(communicator_, programs(rank()), scratch, exchange_tag,
                                       node_->patience());
}

TENON_DECL void MpiCommunication::together(const std::function<void()>& what) {
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
  detail::wait_patiently(request);
  if (first == size()) return;
  const int count = boost::mpi::all_reduce(communicator_, int(!text.empty()), std::plus<int>());
  boost::mpi::broadcast(communicator_, text, first);
  if (count < size())
    text.append(" (found by rank ")
        .append(std::to_string(first))
        .append(count > 1 ? " and others)" : ")");
  throw Error(text);
}

TENON_DECL std::vector<std::uint64_t> MpiCommunication::all_gather(
    std::span<const std::uint64_t> mine) {
  std::vector<std::uint64_t> all(mine.size() * std::size_t(size()));
  if (all.empty()) return all;  // of nothing, Boost.MPI takes a reference to it
  boost::mpi::all_gather(communicator_, mine.data(), int(mine.size()), all.data());
  return all;
}
TENON_DECL std::vector<int> MpiCommunication::node() { return node_->ranks(); }
TENON_DECL void MpiCommunication::fail(const std::string& why) { node_->fail(why); }

TENON_DECL void MpiCommunication::send(std::span<const std::byte> data, int to) {
  detail::for_each_message(data, [&](std::span<const std::byte> part) {
    check_mpi(MPI_Send(part.data(), int(part.size()), MPI_BYTE, to, tag, communicator_),
              "MPI_Send");
  });
}
TENON_DECL void MpiCommunication::receive(std::span<std::byte> data, int from) {
  detail::for_each_message(data, [&](std::span<std::byte> part) {
    check_mpi(MPI_Recv(part.data(), int(part.size()), MPI_BYTE, from, tag, communicator_,
                       MPI_STATUS_IGNORE),
              "MPI_Recv");
  });
}

TENON_DECL std::unique_ptr<Channel> MpiCommunication::channel(const ChannelEnds& ends) {
  const int own_tag = first_channel_tag + channels_++ % channel_tags;
  return detail::make_channel(*this, communicator_, *node_, shares_memory_, ends, own_tag);
}
TENON_DECL std::unique_ptr<Communication> MpiCommunication::part(int first, int count) {
  together([&] {
    if (rank() < first || rank() >= first + count)
      throw Error("a rank is not in the part of the ranks that it names");
  });
  return std::make_unique<MpiCommunication>(communicator_.split(first, rank()), settings_);
}

/// None where a node has no memory to share: then messages do it, on every rank. What throws on
/// one rank only, throws on all: each part is done together before a rank waits for others in the
/// next one.
inline std::unique_ptr<Exchange> MpiCommunication::through_memory(const ExchangePrograms& programs,
                                                                  int exchange_tag) {
  SummedBlocks blocks(programs);
  Nodes nodes = *nodes_;
  std::unique_ptr<NodeSchedule> schedule;
  std::unique_ptr<NodeMemory> memory;
  std::unique_ptr<Exchange> exchange;
  together([&] {
    node_->patience().check();
    if (nodes.largest < size()) nodes.adds_on_a_node = may_add_on_a_node(programs, nodes.of);
    const Index element = bytes(blocks.program(rank()).element);
    schedule = std::make_unique<NodeSchedule>(blocks, nodes, rank(), element);
    memory = std::make_unique<NodeMemory>(*schedule, element);
  });
  together([&] {
    try {
      memory->take(*node_);
    } catch (const NoSharedMemory&) {
      memory = nullptr;
    }
  });
  shares_memory_ = agree_on(bool(memory));
  if (!shares_memory_) return nullptr;
  together([&] {
    memory->touch(*node_, *schedule);
    exchange = std::make_unique<NodeExchange>(communicator_, *node_, blocks.program(rank()),
                                              *schedule, std::move(*memory), exchange_tag);
  });
  return exchange;
}
inline bool MpiCommunication::agree_on(int yes) const {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &yes, 1, MPI_INT, MPI_MIN, communicator_), "MPI_Allreduce");
  return yes;
}

}  // namespace tenon
