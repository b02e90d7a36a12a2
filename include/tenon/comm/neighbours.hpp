// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ranks of one node: who they are, what they share, and how far each has come.
///   Neighbours node(communicator, {}); node.announce(3); node.wait_for(node.place(5), 3, tag);
#include <boost/mpi/communicator.hpp>
#include <array>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <tenon/comm/cores.hpp>
#include <tenon/comm/departure.hpp>
#include <tenon/comm/mpi_settings.hpp>
#include <tenon/comm/patience.hpp>
#include <tenon/comm/shared_pool.hpp>
#include <tenon/comm/signal.hpp>

namespace tenon {

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
    patience_ = {rank_, Waiting(int(ranks_.size()), core_count(cores), settings.patience)};
    pool_ = std::make_unique<SharedPool>(node);
  }
  /// Collective over the node; but nobody waits longer than a second for the others, which an error
  /// may keep away. If not all come in time, or an exchange failed, nobody frees the memory: it
  /// leaks to the end of the process, for others may still use it.
  ~Neighbours() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (!finalized && departure_ && patience_.failed()) departure_->refuse();
    if (finalized || !departure_ ||
        !departure_->all_come(int(ranks_.size()), std::chrono::seconds(1)))
      pool_->abandon();
  }
  Neighbours(const Neighbours&) = delete;

  int rank() const { return rank_; }
  const std::vector<int>& ranks() const { return ranks_; }  // ascending
  const std::vector<int>& of() const { return of_; }        // each rank's node: its first rank
  Patience& patience() { return patience_; }
  const boost::mpi::communicator& communicator() const { return node_; }

  /// Memory shared by the node. Collective over it, with the same number on each rank.
  SharedPool::Part take(Index bytes) {
    if (signals_.empty()) {
      constexpr std::size_t each = sizeof(Signal) + sizeof(Words);
      lines_ = pool_->take(Index(sizeof(Departure) + each * ranks_.size()));
      Signal* signals = reinterpret_cast<Signal*>(lines_.data + sizeof(Departure));
      if (place(rank_) == 0) new (lines_.data) Departure;
      new (signals + place(rank_)) Signal;
      words_ = reinterpret_cast<Words*>(signals + ranks_.size());
      new (words_ + place(rank_)) Words();
      meet();
      departure_ = reinterpret_cast<Departure*>(lines_.data);
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
    if (!signals_[place].wait_for(step, patience_.waiting())) give_up(step, tag);
    if (signals_[place].has_left_before(step)) throw_heard(place);
  }
  /// This rank takes no part any more: those of the node throw that when they wait for it.
  void fail(const std::string& why) {
    patience_.fail(why);
    if (signals_.empty() || std::exchange(has_left_, true)) return;
    if (heard_.empty())
      heard_.append(Error::unlabelled(why).substr(0, sizeof(Words) - 64))
          .append(" (found by rank ")
          .append(std::to_string(rank_))
          .append(")");
    Words& own = words_[place(rank_)];
    std::ranges::copy(heard_.substr(0, own.size() - 1), own.begin());
    signals_[place(rank_)].leave();
  }
  /// Where a rank is among those of its node.
  std::size_t place(int rank) const {
    return std::size_t(std::ranges::lower_bound(ranks_, rank) - ranks_.begin());
  }

 private:
  [[noreturn]] void give_up(std::uint64_t step, int tag) {
    std::string late;
    for (int other : ranks_)
      if (other != rank_ && !signals_[place(other)].reached(step))
        late.append(late.empty() ? "" : ", ").append(std::to_string(other));
    patience_.throw_late(late, tag);
  }

  [[noreturn]] void throw_heard(std::size_t place) {
    heard_ = words_[place].data();
    patience_.fail(heard_);
    throw Error(heard_);
  }

  using Words = std::array<char, 512>;  // why a rank has left, before its signal says so

  int rank_;
  std::vector<int> of_, ranks_;
  boost::mpi::communicator node_;
  Patience patience_;
  std::unique_ptr<SharedPool> pool_;
  SharedPool::Part lines_;
  Departure* departure_ = nullptr;
  std::span<Signal> signals_;
  Words* words_ = nullptr;  // of each rank
  bool has_left_ = false;
  std::string heard_;       // why another has left, or this one
  std::uint64_t step_ = 0;
};

}  // namespace tenon
