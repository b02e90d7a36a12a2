// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ranks of one node: who they are, what they share, and how far each has come.
///   Neighbours node(communicator, {}); node.announce(3); node.wait_for(node.place(5), 3, tag);
#include <boost/mpi/communicator.hpp>
#include <exception>
#include <new>
#include <span>
#include <string>

#include <tenon/comm/cores.hpp>
#include <tenon/comm/shared_pool.hpp>
#include <tenon/comm/signal.hpp>

namespace tenon {

/// How a communication over MPI goes about it.
struct MpiSettings {
  bool shared_memory = true;  // false: messages alone, also inside a node
  /// A rank that waits longer in an exchange throws; 0: it waits for ever, as in MPI.
  std::chrono::nanoseconds patience{0};
  int node = -1;  // this rank's node as a number, to have several on one machine; -1: the machine
};

class Neighbours {
 public:
  /// Collective over all ranks.
  Neighbours(const boost::mpi::communicator& all, const MpiSettings& settings)
      : rank_(all.rank()), of_(std::size_t(all.size())) {
    MPI_Comm machine = MPI_COMM_NULL, node = MPI_COMM_NULL;
    check_mpi(MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine),
              "MPI_Comm_split_type");
    check_mpi(MPI_Comm_split(machine, settings.node + 1, rank_, &node), "MPI_Comm_split");
    check_mpi(MPI_Comm_free(&machine), "MPI_Comm_free");
    node_ = boost::mpi::communicator(node, boost::mpi::comm_take_ownership);
    check_mpi(MPI_Comm_set_errhandler(node, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    int first = rank_;
    check_mpi(MPI_Bcast(&first, 1, MPI_INT, 0, node), "MPI_Bcast");
    check_mpi(MPI_Allgather(&first, 1, MPI_INT, of_.data(), 1, MPI_INT, all), "MPI_Allgather");
    for (int other = 0; other < all.size(); ++other)
      if (of_[std::size_t(other)] == first) ranks_.push_back(other);
    Cores cores = own_cores();
    check_mpi(
        MPI_Allreduce(MPI_IN_PLACE, cores.data(), int(cores.size()), MPI_UINT64_T, MPI_BOR, node),
        "MPI_Allreduce");
    waiting_ = Waiting(int(ranks_.size()), core_count(cores), settings.patience);
    pool_ = std::make_unique<SharedPool>(node);
  }
  /// Collective: but a rank that leaves because of an error waits a second for the others, no
  /// longer.
  ~Neighbours() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (pool_ && (finalized || (std::uncaught_exceptions() > exceptions_ && !all_come())))
      pool_->abandon();
  }
  Neighbours(const Neighbours&) = delete;

  int rank() const { return rank_; }
  const std::vector<int>& ranks() const { return ranks_; }  // ascending
  const std::vector<int>& of() const { return of_; }        // each rank's node: its first rank
  const Waiting& waiting() const { return waiting_; }
  const boost::mpi::communicator& communicator() const { return node_; }

  /// Memory shared by the node. Collective over it, with the same number on each rank.
  SharedPool::Part take(Index bytes) {
    if (signals_.empty()) {
      lines_ = pool_->take(Index(sizeof(Signal) * ranks_.size()));
      Signal* signals = reinterpret_cast<Signal*>(lines_.data);
      new (signals + place(rank_)) Signal;
      signals_ = {signals, ranks_.size()};
    }
    return pool_->take(bytes);
  }
  /// After what each rank did before. Collective over the node.
  void meet() { check_mpi(MPI_Barrier(node_), "MPI_Barrier"); }

  /// The next `count` steps: the same on all ranks of the node, which run the same exchanges.
  std::uint64_t begin(std::uint64_t count) { return step_ += count, step_ - count; }
  void announce(std::uint64_t step) { signals_[place(rank_)].announce(step); }
  /// @throws Error when it takes longer than the host's patience.
  void wait_for(std::size_t place, std::uint64_t step, int tag) {
    if (!signals_[place].wait_for(step, waiting_)) give_up(step, tag);
  }
  /// Where a rank is among those of its node.
  std::size_t place(int rank) const {
    return std::size_t(std::ranges::lower_bound(ranks_, rank) - ranks_.begin());
  }
  /// What a rank says that has waited too long for others.
  [[noreturn]] void throw_late(const std::string& late, int tag) const {
    throw Error(std::string("rank ")
                    .append(std::to_string(rank_))
                    .append(" waits for rank ")
                    .append(late)
                    .append(" in the exchange of step ")
                    .append(std::to_string(tag))
                    .append(", for more than ")
                    .append(std::to_string(waiting_.patience.count() / 1'000'000))
                    .append(" ms"));
  }

 private:
  [[noreturn]] void give_up(std::uint64_t step, int tag) const {
    std::string late;
    for (int other : ranks_)
      if (!signals_[place(other)].reached(step))
        late.append(late.empty() ? "" : ", ").append(std::to_string(other));
    throw_late(late, tag);
  }
  bool all_come() const {
    MPI_Request request;
    int done = 0;
    if (MPI_Ibarrier(node_, &request) != MPI_SUCCESS) return false;
    const auto end = Waiting::Clock::now() + std::chrono::seconds(1);
    while (!done && Waiting::Clock::now() < end) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return done;
  }

  int rank_, exceptions_ = std::uncaught_exceptions();
  std::vector<int> of_, ranks_;
  boost::mpi::communicator node_;
  Waiting waiting_;
  std::unique_ptr<SharedPool> pool_;
  SharedPool::Part lines_;
  std::span<Signal> signals_;
  std::uint64_t step_ = 0;
};

}  // namespace tenon
