// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the ranks of a node find each other's parts of an exchange:
///   NodeMemory memory(schedule, 4); memory.take(node);
///   memory.touch(node, schedule); memory.held(2).at[turn]     what the third one holds
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
  /// Where what is to be, all without another rank.
  NodeMemory(const NodeSchedule& schedule, Index element_bytes) {
    const auto& members = schedule.members;
    Index largest = 0;
    for (const auto& m : members)
      largest = std::max({largest, schedule.held_elements(m.rank), m.arrives});
    turns_ = largest * element_bytes <= bytes_worth_a_turn ? 2 : 1;
    const auto place = [&](bool wanted, Index elements, int times) {
      Index& total = bytes_;
      const Index bytes = wanted ? elements * element_bytes : 0;
      const Index border = bytes < page ? 64 : page, each = (bytes + border - 1) / border * border;
      const Index first = (total + border - 1) / border * border;
      total = first + times * each;
      return Place{first, times == 2 ? each : 0, bytes};
    };
    for (const auto& m : members) {
      held_places_.push_back(place(m.read && !m.in_place, schedule.held_elements(m.rank), turns_));
      arrived_places_.push_back(place(true, m.arrives, turns_));
      result_places_.push_back(place(m.shares && m.owner == m.rank,
                                     schedule.result_elements(m.rank), m.writes_late ? 1 : 2));
    }
    element_bytes_ = element_bytes;
    held_.resize(members.size()), arrived_.resize(members.size());
  }
  /// Collective over the node.
  void take(Neighbours& node) { part_ = node.take(bytes_); }
  /// Each rank touches its own part first. No rank uses the memory before all have done so.
  void touch(const Neighbours& node, const NodeSchedule& schedule) {
    const auto& members = schedule.members;
    for (std::size_t i = 0; i < members.size(); ++i) {
      arrived_[i] = turns_of(arrived_places_[i]);
      const Turns shared = turns_of(result_places_[node.place(members[i].owner)]);
      held_[i] = members[i].in_place ? shifted(shared, members[i].place * element_bytes_)
                                     : turns_of(held_places_[i]);
      if (members[i].rank == node.rank()) result_ = shared;
    }
    const std::size_t own = node.place(node.rank());
    clear(held_places_[own]), clear(arrived_places_[own]);
    const std::vector<int> sharers = schedule.sharers(members[own].owner);
    const Place& shared = result_places_[node.place(members[own].owner)];
    for (std::size_t k = 0; k < sharers.size(); ++k)
      if (sharers[k] == node.rank()) {
        const Interval mine = balanced_block(shared.bytes, Index(sharers.size()), Index(k));
        clear({shared.first + mine.first, shared.next, mine.size()});
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
  void clear(const Place& p) const {
    for (Index t = 0; t < 2; ++t)
      std::memset(part_.data + p.first + t * p.next, 0, std::size_t(p.bytes));
  }

  SharedPool::Part part_;
  Index bytes_ = 0, element_bytes_ = 1;
  std::vector<Place> held_places_, arrived_places_, result_places_;
  std::vector<Turns> held_, arrived_;
  Turns result_;
  int turns_ = 2;
};

}  // namespace tenon
