// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a rank, and a node with all its ranks, takes from others in an exchange:
///   node_intake(rows over 6, whole, 0, 4, 6): of nodes of 4 ranks, the first takes two rows of six
#include <tenon/core/list.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon::detail {

/// What is taken, and from how many others.
struct Intake {
  Index elements = 0, sources = 0;
};

/// Of one rank. Cost: as many steps as there are dimensions.
constexpr Intake intake(const Distribution& from, const Distribution& to, Index rank) {
  const Box wanted = to.box(rank);
  Index pieces = from.summands();
  for (int d = 0; d < wanted.size(); ++d) {
    if (wanted[d].size() <= 0) return {};
    const Index parts = from.parts(d);
    if (parts > 1)
      pieces *= block_of(from.shape[d], parts, wanted[d].last - 1) -
                block_of(from.shape[d], parts, wanted[d].first) + 1;
  }
  const Index own = volume(intersection(from.box(rank), wanted));
  return {from.summands() * volume(wanted) - own, pieces - (own > 0)};
}

/// Whether each digit says the same of all ranks of a node, or takes all its values in each node;
/// and a node's blocks of a dimension are one block.
constexpr bool fits_nodes(const Distribution& x, Index node_ranks, Index devices) {
  if (devices % node_ranks) return false;
  for (int i = 0; i < x.cuts.size(); ++i) {
    const Cut& cut = x.cuts[i];
    const Index stride = cut.digit.stride, end = cut.digit.parts * stride;
    if (stride >= node_ranks ? stride % node_ranks
        : end > node_ranks   ? end % node_ranks || node_ranks % stride
                             : node_ranks % end)
      return false;
    const bool second = i > 0 && x.cuts[i - 1].dimension == cut.dimension;
    if (second && cut.dimension != Cut::sum && end > node_ranks &&
        x.cuts[i - 1].digit.stride < node_ranks)
      return false;
  }
  return true;
}

/// The digits that differ between nodes: what the ranks of a node hold, or add, together.
/// @pre it fits nodes
constexpr Distribution over_nodes(const Distribution& x, Index node_ranks) {
  Distribution y{x.shape, {}};
  for (const Cut& cut : x.cuts) {
    const Index end = cut.digit.parts * cut.digit.stride;
    if (cut.digit.stride >= node_ranks) y.cuts.push_back(cut);
    else if (end > node_ranks)
      y.cuts.push_back({cut.dimension, {end / node_ranks, node_ranks}});
  }
  return y;
}

/// The boxes of a distribution on these ranks, each once; empty ones not.
constexpr List<Box> boxes_of(const Distribution& x, Index first, Index last, List<Index>& ranks) {
  List<Box> boxes;
  for (Index rank = first; rank < last; ++rank) {
    const Box box = x.box(rank);
    bool known = volume(box) == 0;
    for (const Box& other : boxes) known = known || other == box;
    if (!known) boxes.push_back(box), ranks.push_back(rank);
  }
  return boxes;
}

/// Nodes, besides its own, of the ranks that have the summands of what `rank` has.
constexpr Index nodes_of_summands(const Distribution& from, Index rank, Index node_ranks,
                                  Index nodes) {
  List<bool> seen(std::size_t(nodes) + 1);  // a rank of no node: devices beyond the last
  Index count = 0;
  for (Index k = 0; k < from.summands(); ++k) {
    const Index node = from.with_block(rank, Cut::sum, k) / node_ranks;
    bool& known = seen[std::size_t(node < nodes ? node : nodes)];
    count += !known && node != rank / node_ranks;
    known = true;
  }
  return count;
}

inline constexpr Index most_pieces_priced = 512;

/// Of a node, whatever the cuts: what its ranks want, each piece once, that none of them holds; of
/// a partial sum once from every other node that has summands of it, where they are added before.
/// Where there are more than `most_pieces_priced` pieces, all of a sum come from as many nodes as
/// the first, and whatever comes comes from as many nodes as it may.
/// Cost: a step for each piece that a rank of the node wants, and each block that the node holds.
constexpr Intake node_intake(const Distribution& from, const Distribution& to, Index node,
                             Index node_ranks, Index devices,
                             Index most_pieces = most_pieces_priced) {
  const Index first = node * node_ranks, nodes = (devices + node_ranks - 1) / node_ranks;
  const Index last = first + node_ranks < devices ? first + node_ranks : devices;
  List<Index> ranks, holders;
  const List<Box> wanted = boxes_of(to, first, last, ranks);
  const List<Box> held = from.partial() ? List<Box>() : boxes_of(from, first, last, holders);
  Intake taken;
  Index pieces = 0;
  for (Index rank : ranks) pieces += intake(from, to, rank).sources;
  if (pieces > most_pieces) {
    for (const Box& box : wanted) {
      taken.elements += volume(box);
      for (const Box& own : held) taken.elements -= volume(intersection(own, box));
    }
    if (from.partial()) taken.elements *= nodes_of_summands(from, ranks[0], node_ranks, nodes);
    taken.sources = taken.elements == 0 ? 0 : pieces < nodes - 1 ? pieces : nodes - 1;
    return taken;
  }
  List<Index> sources, of_piece;  // nodes that anything comes from; that this piece comes from
  const auto is_new = [](List<Index>& list, Index x) {
    for (Index other : list)
      if (other == x) return false;
    list.push_back(x);
    return true;
  };
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Box piece;
    for_each_piece(from, wanted[i], ranks[i], [&](Index source, const Box& box) {
      if (!(box == piece)) piece = box, of_piece.clear();
      const Index other = source / node_ranks;
      if (other == node || !is_new(of_piece, other)) return;
      for (const Box& own : held)
        if (intersection(own, box) == box) return;
      taken.elements += volume(box);
      is_new(sources, other);
    });
  }
  taken.sources = Index(sources.size());
  return taken;
}

}  // namespace tenon::detail
