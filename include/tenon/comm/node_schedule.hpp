// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who does what in an exchange on one node, as each of its ranks works it out for itself:
///   NodeSchedule schedule(blocks, nodes, rank);  schedule.jobs[0].to is added here, by this rank
/// Ranks that want the same block share one; then each of them makes a part of it.
#include <set>

#include <tenon/comm/sharing.hpp>
#include <tenon/comm/traffic.hpp>

namespace tenon {

class NodeSchedule {
 public:
  /// Where a summand is read: in what a rank holds, or in what arrived at it from other nodes.
  struct Term {
    int rank;
    bool arrived;
    Region from;
    int joins;  // as of Summand
  };
  /// A part of the result, and what is added there.
  struct Job {
    Region to;
    std::vector<Term> terms;
  };
  /// Of each rank of the node, in their order.
  struct Member {
    int rank;
    int owner;  // whose result it shares; its own where nobody else does
    bool shares = false;
    bool read = false;       // others read what it holds
    bool passes_on = false;  // others read what arrives at it
    bool in_place = false;   // what it holds is part of the shared result, `place` elements in
    Index place = 0;
    bool writes_late = false;  // into the shared result only when all sharers have begun the run
    Index arrives = 0;         // elements from other nodes
  };
  struct Parcel {
    int peer;
    Index elements, at = 0;  // at: in the receiver's memory for what arrives
    std::vector<std::vector<Summand>> sums;
  };
  std::vector<Member> members;
  std::vector<Job> jobs;               // of this rank
  std::vector<Parcel> sent, received;  // by this rank
  std::set<int> readers;               // others who read what this rank holds or what arrives

  NodeSchedule(SummedBlocks& blocks, const Nodes& nodes, int rank, Index element_bytes)
      : blocks_(blocks), nodes_(nodes), rank_(rank), bytes_(element_bytes) {
    const int node = nodes.of_rank(rank);
    for (int other : nodes.ranks(node)) members.push_back({.rank = other, .owner = other});
    for (int other = 0; other < int(nodes.of.size()); ++other)
      if (nodes.of_rank(other) == other && other != node) exchange_with(node, other);
    find_sharers();
    for (Member& member : members)
      if (member.owner == member.rank) share_out(member.rank);
  }

  /// The ranks that share a result with this one, itself among them.
  std::vector<int> sharers(int owner) const {
    std::vector<int> ranks;
    for (const Member& member : members)
      if (member.owner == owner) ranks.push_back(member.rank);
    return ranks;
  }
  Index result_elements(int rank) const { return product(blocks_.program(rank).result); }
  Index held_elements(int rank) const { return product(blocks_.program(rank).held); }

 private:
  Member& member(int rank) { return *std::ranges::lower_bound(members, rank, {}, &Member::rank); }
  void exchange_with(int node, int other) {
    const Traffic& in =
        arriving_.try_emplace(other, blocks_, nodes_, other, node, bytes_).first->second;
    for (const Traffic::Parcel& parcel : in.parcels) {
      Index& arrives = member(parcel.to).arrives;
      arrived_[{other, &parcel - in.parcels.data()}] = arrives;
      if (parcel.to == rank_) received.push_back({parcel.from, parcel.elements, arrives, {}});
      arrives += parcel.elements;
    }
    const Traffic out(blocks_, nodes_, node, other, bytes_);
    for (const Traffic::Parcel& parcel : out.parcels) {
      if (parcel.from == rank_) sent.push_back({parcel.to, parcel.elements, 0, {}});
      for (std::size_t i : parcel.deliveries) {
        for (const Summand& summand : out.deliveries[i].summands) reads(parcel.from, summand.rank);
        if (parcel.from == rank_) sent.back().sums.push_back(out.deliveries[i].summands);
      }
    }
  }
  /// A rank reads what another one has; what it has itself needs no memory that others see.
  void reads(int reader, int rank, bool arrived = false) {
    if (reader == rank) return;
    (arrived ? member(rank).passes_on : member(rank).read) = true;
    if (rank == rank_) readers.insert(reader);
  }

  void find_sharers() {
    for (Member& member : members) {
      const auto& blocks = blocks_.of(member.rank);
      const Index bytes = result_elements(member.rank) * bytes_;
      const int node = nodes_.of_rank(member.rank);
      for (Member& first : members) {
        if (first.rank == member.rank) break;
        if (first.owner != first.rank || !(blocks_.of(first.rank) == blocks) ||
            !(blocks_.program(first.rank).result == blocks_.program(member.rank).result) ||
            !is_worth_sharing(blocks, nodes_, node, bytes))
          continue;
        member.owner = first.rank;
        member.shares = first.shares = true;
        break;
      }
    }
    for (Member& member : members) {
      if (!member.shares) continue;
      const auto& blocks = blocks_.of(member.rank);
      const auto place = place_in_result(blocks, member.rank, held_elements(member.rank));
      member.in_place = place.has_value(), member.place = place.value_or(0);
      member.writes_late = blocks[0].summands.size() > 1 &&
                           result_elements(member.rank) * bytes_ > bytes_worth_a_turn;
    }
  }

  /// The jobs of those who share a result, or of one that has its own.
  void share_out(int owner) {
    const std::vector<int> workers = sharers(owner);
    std::size_t next = 0;
    const auto give_out = [&](const SummedBlock& block) {
      const Job job{block.to, terms(block)};
      int worker = workers[next++ % workers.size()];
      const int nearest = job.terms[0].rank;
      if (job.terms.size() == 1 && contains(workers, nearest)) worker = nearest;
      for (const Term& term : job.terms) reads(worker, term.rank, term.arrived);
      const bool there = member(owner).shares && block.summands.size() == 1 &&
                         block.summands[0].rank == worker && member(worker).in_place;
      if (worker == rank_ && !there) jobs.push_back(job);
    };
    for (const SummedBlock& block : blocks_.of(owner)) {
      const bool sums = block.summands.size() > 1 && workers.size() > 1;
      if (sums || nodes_.crosses(block, nodes_.of_rank(owner)))
        nodes_.for_each_stripe(block, bytes_, give_out);
      else give_out(block);
    }
  }
  /// What lies on a node is added there before it is added to what came from others.
  std::vector<Term> terms(const SummedBlock& block) const {
    std::vector<Term> terms;
    const std::vector<std::vector<Summand>> groups = nodes_.groups(block);
    const bool in_order = groups.size() == 1 || groups.size() == block.summands.size();
    for (const std::vector<Summand>& sums : groups) {
      const int node = nodes_.of_rank(sums[0].rank), joins = in_order ? sums[0].joins : 0;
      const bool local = node == nodes_.of_rank(rank_);
      for (std::size_t i = 0; local && i < sums.size(); ++i)
        terms.push_back({sums[i].rank, false, sums[i].from, in_order ? sums[i].joins : int(i > 0)});
      if (!local) {
        const Traffic& in = arriving_.at(node);
        const Traffic::Delivery& sent = in.of(sums);
        Region from = packed(block.to);
        from.first = arrived_.at({node, std::ptrdiff_t(sent.parcel)}) + sent.at;
        terms.push_back({in.parcels[sent.parcel].to, true, from, joins});
      }
      if (!in_order && &sums != groups.data()) ++terms.back().joins;
    }
    return terms;
  }

  SummedBlocks& blocks_;
  const Nodes& nodes_;
  int rank_;
  Index bytes_;                                              // of an element
  std::map<int, Traffic> arriving_;                          // by the node that it comes from
  std::map<std::pair<int, std::ptrdiff_t>, Index> arrived_;  // where parcels of it lie
};

}  // namespace tenon
