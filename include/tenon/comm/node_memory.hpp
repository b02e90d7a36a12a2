// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the ranks of a node find each other's parts of an exchange:
///   NodeMemory memory(node, schedule, 4);  memory.held(2).at[turn]     what the third one holds
#include <tenon/comm/neighbours.hpp>
#include <tenon/comm/node_schedule.hpp>

namespace tenon {

/// Memory used in turns, run after run; or twice the same.
struct Turns {
  std::byte* at[2] = {nullptr, nullptr};
  explicit operator bool() const { return at[0] != nullptr; }
};

class NodeMemory {
 public:
  /// Collective over the node. Each rank touches its own part first.
  NodeMemory(Neighbours& node, const NodeSchedule& schedule, Index element_bytes) {
    const auto& members = schedule.members;
    Index largest = 0, total = 0;
    for (const auto& m : members)
      largest = std::max({largest, schedule.held_elements(m.rank), m.arrives});
    turns_ = largest * element_bytes <= bytes_worth_a_turn ? 2 : 1;
    std::vector<Place> held, arrived, result;
    const auto place = [&](bool wanted, Index elements, int times) {
      const Index bytes = wanted ? elements * element_bytes : 0;
      const Index border = bytes < page ? 64 : page, each = (bytes + border - 1) / border * border;
      const Index first = (total + border - 1) / border * border;
      total = first + times * each;
      return Place{first, times == 2 ? each : 0, bytes};
    };
    for (const auto& m : members) {
      held.push_back(place(m.read && !m.in_place, schedule.held_elements(m.rank), turns_));
      arrived.push_back(place(true, m.arrives, turns_));
      result.push_back(place(m.shares && m.owner == m.rank, schedule.result_elements(m.rank),
                             m.writes_late ? 1 : 2));
    }
    part_ = node.take(total);
    for (std::size_t i = 0; i < members.size(); ++i) {
      arrived_.push_back(turns_of(arrived[i]));
      const Turns shared = turns_of(result[node.place(members[i].owner)]);
      held_.push_back(members[i].in_place ? shifted(shared, members[i].place * element_bytes)
                                          : turns_of(held[i]));
      if (members[i].rank == node.rank()) result_ = shared;
    }
    const std::size_t own = node.place(node.rank());
    touch(held[own]), touch(arrived[own]);
    const std::vector<int> sharers = schedule.sharers(members[own].owner);
    const Place& shared = result[node.place(members[own].owner)];
    for (std::size_t k = 0; k < sharers.size(); ++k)
      if (sharers[k] == node.rank()) {
        const Interval mine = balanced_block(shared.bytes, Index(sharers.size()), Index(k));
        touch({shared.first + mine.first, shared.next, mine.size()});
      }
  }

  /// What the rank at a place among those of the node holds; none if no other reads it.
  const Turns& held(std::size_t place) const { return held_[place]; }
  /// What came to it from other nodes.
  const Turns& arrived(std::size_t place) const { return arrived_[place]; }
  /// How many places these have; a shared result has two, but one where it is written late.
  int turns() const { return turns_; }
  /// The result that this rank shares with others; none: it has its own.
  const Turns& result() const { return result_; }

 private:
  static constexpr Index page = 4096;
  struct Place {
    Index first, next, bytes;  // next: from one turn's to the other's
  };
  Turns turns_of(const Place& p) const {
    if (p.bytes == 0) return {};
    return {{part_.data + p.first, part_.data + p.first + p.next}};
  }
  static Turns shifted(const Turns& turns, Index bytes) {
    return {{turns.at[0] + bytes, turns.at[1] + bytes}};
  }
  void touch(const Place& p) const {
    for (Index t = 0; t < 2; ++t)
      std::memset(part_.data + p.first + t * p.next, 0, std::size_t(p.bytes));
  }

  SharedPool::Part part_;
  std::vector<Turns> held_, arrived_;
  Turns result_;
  int turns_ = 2;
};

}  // namespace tenon
