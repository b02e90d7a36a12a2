// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which rank is on which node, and how sums go over nodes:
///   Nodes nodes{{0, 0, 2, 2}};  nodes.ranks(2) is {2, 3}
#include <utility>

#include <tenon/comm/summed_blocks.hpp>

namespace tenon {

/// Bytes that are worth another rank's work.
inline constexpr Index bytes_worth_a_stripe = 8192;
/// A shared result costs a wait more, but saves every sharer but one the work.
inline constexpr Index bytes_worth_sharing = 8192;
/// Up to so many bytes memory has two places, used in turns: then no run waits for those who read
/// in the run before.
inline constexpr Index bytes_worth_a_turn = 65536;

struct Nodes {
  std::vector<int> of;         // each rank's node, by its first rank
  bool adds_on_a_node = true;  // what lies on one node before what lies on several
  Index largest = 1;           // ranks of a node

  std::vector<int> ranks(int node) const {
    std::vector<int> on_it;
    for (std::size_t rank = 0; rank < of.size(); ++rank)
      if (of[rank] == node) on_it.push_back(int(rank));
    return on_it;
  }
  int of_rank(int rank) const { return of[std::size_t(rank)]; }
  bool crosses(const SummedBlock& block, int node) const {
    for (const Summand& summand : block.summands)
      if (of_rank(summand.rank) != node) return true;
    return false;
  }
  /// The summands by node, in the order of each one's first.
  std::vector<std::vector<Summand>> groups(const SummedBlock& block) const {
    std::vector<std::vector<Summand>> groups;
    for (const Summand& summand : block.summands) {
      auto group = groups.begin();
      while (group != groups.end() &&
             (!adds_on_a_node || of_rank(group->front().rank) != of_rank(summand.rank)))
        ++group;
      if (group == groups.end()) group = groups.insert(group, std::vector<Summand>{});
      group->push_back(summand);
    }
    return groups;
  }
  /// visit(part of the block) for as many parts as its work is worth.
  void for_each_stripe(const SummedBlock& block, Index element_bytes, auto&& visit) const {
    const Index worth = block.to.volume() * element_bytes / bytes_worth_a_stripe;
    const Index parts = std::clamp<Index>(worth, 1, largest);
    for (Index k = 0; k < parts; ++k)
      if (SummedBlock stripe = stripe_of(block, parts, k); stripe.to.volume() > 0) visit(stripe);
  }
};

/// Whether all ranks find the summands of all blocks on nodes in the same pattern: only then does
/// adding on a node first give every rank the same bits. Never of sums in an order of their own.
/// Cost: asks every rank's program, one after the other, and keeps none; time as all their pieces.
inline bool may_add_on_a_node(const ExchangePrograms& programs, const std::vector<int>& nodes) {
  std::vector<std::size_t> first, own;  // of each summand of a block, the first one on its node
  std::vector<std::size_t> first_on(nodes.size());  // by node, of the block that is looked at
  std::vector<std::size_t> seen_in(nodes.size());   // the block that this is of
  std::size_t block = 0;
  for (int rank = 0; rank < int(nodes.size()); ++rank) {
    const ExchangeProgram program = programs(rank);
    const auto& pieces = program.pieces;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      if (!pieces[p].add) own.clear(), ++block;
      const auto node = std::size_t(nodes[std::size_t(pieces[p].source)]);
      for (int i = 0; i < pieces[p].sums(); ++i) {
        const int joins = pieces[p].joins.empty() ? int(pieces[p].add)
                                                  : pieces[p].joins[std::size_t(i)];
        if (joins != int(!own.empty())) return false;  // a tree of sums
        if (std::exchange(seen_in[node], block) != block) first_on[node] = own.size();
        own.push_back(first_on[node]);
      }
      if (p + 1 < pieces.size() && pieces[p + 1].add) continue;
      if (first.empty()) first = own;
      if (own != first) return false;
    }
  }
  return true;
}

}  // namespace tenon
