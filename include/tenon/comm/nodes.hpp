// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which rank is on which node, and how sums go over nodes:
///   Nodes nodes{{0, 0, 2, 2}};  nodes.ranks(2) is {2, 3}
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
/// Cost: asks every rank's program.
inline bool may_add_on_a_node(SummedBlocks& blocks, const std::vector<int>& nodes) {
  std::vector<std::size_t> first, own;
  for (int rank = 0; rank < int(nodes.size()); ++rank)
    for (const SummedBlock& block : blocks.of(rank)) {
      own.clear();
      for (std::size_t i = 0, j; i < block.summands.size(); ++i) {
        const auto node = [&](std::size_t k) { return nodes[std::size_t(block.summands[k].rank)]; };
        for (j = 0; node(j) != node(i);) ++j;
        own.push_back(j);
        if (block.summands[i].joins != int(i > 0)) return false;  // a tree of sums
      }
      if (first.empty()) first = own;
      if (own != first) return false;
    }
  return true;
}

}  // namespace tenon
