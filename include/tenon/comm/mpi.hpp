// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Communication over an MPI communicator of the host program, of which it makes a duplicate.
///   Model<...> model(boost::mpi::communicator(host, boost::mpi::comm_attach), Cpu{});
/// MPI is the host's: it is initialised and finalised there. Ranks of one node exchange through the
/// memory that they share, between nodes go messages.
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

#include <tenon/comm/communication.hpp>
#include <tenon/comm/mpi_settings.hpp>
#include <tenon/core/separate.hpp>

namespace tenon {

class Neighbours;
struct Nodes;

class MpiCommunication : public Communication {
 public:
  /// Collective over `host`; and so is its end, before MPI is finalised: the ranks free together
  /// what they share. A rank that leaves alone, for instance because of an error, gets away after a
  /// second, and the memory that it shared stays to the end of the process.
  TENON_DECL explicit MpiCommunication(const boost::mpi::communicator& host,
                                       const MpiSettings& settings = {});
  TENON_DECL ~MpiCommunication() override;

  TENON_DECL int rank() const override;
  TENON_DECL int size() const override;
  TENON_DECL std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs,
                                               std::span<std::byte> scratch, int tag) override;
  TENON_DECL void together(const std::function<void()>& what) override;
  TENON_DECL std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> mine) override;
  TENON_DECL std::vector<int> node() override;
  TENON_DECL void fail(const std::string& why) override;
  TENON_DECL void send(std::span<const std::byte> data, int to) override;
  TENON_DECL void receive(std::span<std::byte> data, int from) override;
  TENON_DECL std::unique_ptr<Channel> channel(const ChannelEnds& ends) override;
  TENON_DECL std::unique_ptr<Communication> part(int first, int count) override;
  const boost::mpi::communicator& communicator() const { return communicator_; }

 private:
  std::unique_ptr<Exchange> through_memory(const ExchangePrograms& programs, int tag);
  bool agree_on(int yes) const;

  static constexpr int tag = 32767;  // the exchanges of a program have small ones
  static constexpr int first_channel_tag = 24576, channel_tags = 8191;

  boost::mpi::communicator communicator_;
  MpiSettings settings_;
  int channels_ = 0;
  std::unique_ptr<Neighbours> node_;
  std::unique_ptr<Nodes> nodes_;
  bool shares_memory_;
};

template <>
struct CommunicationOver<boost::mpi::communicator> {
  using type = MpiCommunication;
};

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/comm/mpi.ipp>
#endif
