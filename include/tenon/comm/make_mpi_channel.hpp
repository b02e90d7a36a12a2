// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the ranks of an MpiCommunication agree on a channel: which of them have a ring in memory,
/// and where it lies.
#include <tenon/comm/communication.hpp>
#include <tenon/comm/mpi_channel.hpp>

namespace tenon::detail {

/// What each rank receives, and from whom.
class Arrivals {
 public:
  /// Collective. @throws Error on every rank where one sends what another does not expect.
  Arrivals(Communication& all, const ChannelEnds& ends) {
    const std::uint64_t own[] = {std::uint64_t(ends.from), std::uint64_t(ends.bytes_from)};
    numbers_ = all.all_gather(own);
    all.together([&] {
      const int to = ends.to, rank = all.rank();
      if (to < 0 || (to < all.size() && from(to) == rank && bytes(to) == ends.bytes_to)) return;
      throw Error(std::string("rank ")
                      .append(std::to_string(rank))
                      .append(" is to send ")
                      .append(std::to_string(ends.bytes_to))
                      .append(" bytes to rank ")
                      .append(std::to_string(to))
                      .append(", which expects something else"));
    });
  }
  int from(int rank) const { return int(std::int64_t(numbers_[std::size_t(2 * rank)])); }
  Index bytes(int rank) const { return Index(numbers_[std::size_t(2 * rank) + 1]); }

 private:
  std::vector<std::uint64_t> numbers_;
};

/// Collective. @param shares_memory of nodes; false from now on where one has none.
inline std::unique_ptr<Channel> make_channel(Communication& all,
                                             const boost::mpi::communicator& communicator,
                                             Neighbours& node, bool& shares_memory,
                                             const ChannelEnds& ends, int tag) {
  const Arrivals arrivals(all, ends);
  std::vector<Index> places(std::size_t(all.size()), -1);  // of the rings in the node's memory
  Index needed = 0;
  const auto node_of = [&](int rank) { return node.of()[std::size_t(rank)]; };
  for (int rank : node.ranks())
    if (const int from = arrivals.from(rank); from >= 0 && node_of(from) == node_of(rank))
      places[std::size_t(rank)] = needed, needed += NodeRing::bytes(arrivals.bytes(rank));
  SharedPool::Part memory;
  if (shares_memory) {
    all.together([&] {
      try {
        memory = node.take(needed);
      } catch (const NoSharedMemory&) {
      }
    });
    const std::uint64_t have_it = memory.data != nullptr;
    for (std::uint64_t other : all.all_gather({&have_it, 1}))
      shares_memory = shares_memory && other;
  }
  const auto ring = [&](int receiver) {
    const Index place = receiver < 0 || !shares_memory ? -1 : places[std::size_t(receiver)];
    return place < 0 ? NodeRing() : NodeRing(memory.data + place);
  };
  const NodeRing from = ring(ends.from < 0 ? -1 : all.rank()), to = ring(ends.to);
  if (from.written) from.make(ends.bytes_from);
  all.together([] {});  // nobody writes before
  return std::make_unique<MpiChannel>(communicator, node, ends, from, to, std::move(memory), tag);
}

}  // namespace tenon::detail
