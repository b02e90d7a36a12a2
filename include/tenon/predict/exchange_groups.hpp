// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which ranks exchange with each other, and the collective that they do:
///   exchange_groups(whole({8}).cut(0, {{2, 1}}), whole({8}), 4) is {0, 1}, {2, 3}
///   collective_of(...) == Collective::all_gather
#include <numeric>
#include <optional>
#include <vector>

#include <tenon/layout/exchange.hpp>
#include <tenon/layout/movement.hpp>
#include <tenon/predict/collective_cost.hpp>

namespace tenon {

using RankGroups = std::vector<std::vector<Index>>;

/// Ranks between which pieces go, directly or by others. Each group ascends.
inline RankGroups exchange_groups(const Distribution& from, const Distribution& to, Index devices) {
  std::vector<Index> leader(
      static_cast<std::size_t>(devices));  // the lowest known rank of the group
  std::iota(leader.begin(), leader.end(), Index(0));
  const auto first_of = [&](Index rank) {
    while (leader[std::size_t(rank)] != rank) rank = leader[std::size_t(rank)];
    return rank;
  };
  for (Index rank = 0; rank < devices; ++rank)
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box&) {
      const Index a = first_of(source), b = first_of(rank);
      leader[std::size_t(std::max(a, b))] = std::min(a, b);
    });
  std::vector<Index> place(leader.size(), -1);
  RankGroups groups;
  for (Index rank = 0; rank < devices; ++rank) {
    Index& at = place[std::size_t(first_of(rank))];
    if (at < 0) at = Index(groups.size()), groups.emplace_back();
    groups[std::size_t(at)].push_back(rank);
  }
  return groups;
}

/// None: its ranks send each other pieces that are no collective's.
/// @param group of exchange_groups
inline std::optional<Collective> collective_of(const Distribution& from, const Distribution& to,
                                               const std::vector<Index>& group) {
  const Index p = Index(group.size());
  Index in = 1, out = 1;
  for (int d = 0; d < from.shape.size(); ++d) in *= from.parts(d), out *= to.parts(d);
  switch (movement(from, to)) {
    case Movement::all_gather:
      if (in == out * p) return Collective::all_gather;
      break;
    case Movement::all_reduce:
      if (from.summands() == p) return Collective::all_reduce;
      break;
    case Movement::reduce_scatter:
      if (from.summands() == p && out == in * p) return Collective::reduce_scatter;
      break;
    case Movement::all_to_all:
      for (const Index rank : group)
        if (sent(from, to, rank, group.back() + 1).messages != p - 1) return {};
      return Collective::all_to_all;
    default: break;
  }
  return {};
}

}  // namespace tenon
