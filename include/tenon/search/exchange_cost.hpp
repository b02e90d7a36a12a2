// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What it costs to go from one distribution to another in one exchange of a plan:
///   exchange_cost(from, to, 4, 8, machine): of the rank, and of the node, that takes longest
/// A node takes what several of its ranks want once, and what others add has been added before it
/// is sent: between nodes, the exchange is that of the distributions over nodes.
#include <tenon/layout/alike.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/search/machine.hpp>

namespace tenon {

namespace detail {

/// So many ranks are looked at; of more, these are spread evenly, the first and the last included.
inline constexpr Index most_ranks_priced = 64;

/// What a rank takes from others.
struct Intake {
  Index elements = 0, sources = 0;
};
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

/// visit(unit) for each of so many, or for `most_ranks_priced` of them.
constexpr void for_each_priced(Index count, auto&& visit) {
  if (count <= most_ranks_priced)
    for (Index i = 0; i < count; ++i) visit(i);
  else
    for (Index i = 0; i < most_ranks_priced; ++i) visit(i * (count - 1) / (most_ranks_priced - 1));
}

/// The digits that differ between nodes: what the ranks of a node hold, or add, together.
constexpr Distribution over_nodes(const Distribution& x, Index node_ranks) {
  Distribution y{x.shape, {}};
  for (const Cut& cut : x.cuts) {
    const Index ends = cut.digit.parts * cut.digit.stride;
    if (cut.digit.stride >= node_ranks) y.cuts.push_back(cut);
    else if (ends > node_ranks && ends % node_ranks == 0)
      y.cuts.push_back({cut.dimension, {ends / node_ranks, node_ranks}});
    else if (ends > node_ranks) y.cuts.push_back(cut);  // it does not fit nodes: counted by rank
  }
  return y;
}

constexpr Picoseconds link_cost(const MachineLink& link, const Intake& taken, Index element_bytes,
                                bool adds) {
  if (taken.sources == 0) return 0;
  return plus(times(taken.sources, duration(link.message)),
              duration(double(taken.elements) * double(element_bytes),
                       adds && link.sums > 0 ? link.sums : link.rate));
}

}  // namespace detail

/// A slice is copied, or free where it is rows of the same memory; what goes between ranks waits
/// for others. Each exchange of the ranks of a node is in shared memory; of several nodes, what
/// comes from the others is in addition.
/// Cost: one step a rank, of at most 64 ranks and 64 nodes; one where all are alike.
constexpr Picoseconds exchange_cost(const Distribution& from, const Distribution& to,
                                    Index element_bytes, Index devices, const Machine& machine) {
  const Movement m = movement(from, to);
  if (m == Movement::nothing) return 0;
  if (m == Movement::slice) {
    bool rows = true;
    for (int d = 1; d < to.shape.size(); ++d) rows = rows && from.digits(d) == to.digits(d);
    const double bytes = double(product(to.largest_block()) * element_bytes);
    return rows ? 0
                : times(machine.turns(devices),
                        plus(duration(machine.step), duration(2 * bytes, machine.memory_rate)));
  }
  Picoseconds inside = 0, between = 0;
  const bool alike = alike_on_all_ranks(from, to);
  detail::for_each_priced(alike ? 1 : devices, [&](Index rank) {
    const Picoseconds cost = detail::link_cost(machine.inside, detail::intake(from, to, rank),
                                               element_bytes, from.partial());
    inside = cost > inside ? cost : inside;
  });
  inside = times(machine.turns(devices), plus(duration(machine.inside.exchange), inside));
  if (devices <= machine.node_ranks) return inside;
  const Distribution has = detail::over_nodes(from, machine.node_ranks),
                     wants = detail::over_nodes(to, machine.node_ranks);
  bool crosses = false;
  detail::for_each_priced((devices + machine.node_ranks - 1) / machine.node_ranks, [&](Index node) {
    const detail::Intake taken = detail::intake(has, wants, node * machine.node_ranks);
    const Picoseconds cost = detail::link_cost(machine.between, taken, element_bytes, false);
    crosses = crosses || taken.sources > 0;
    between = cost > between ? cost : between;
  });
  return crosses ? plus(inside, plus(duration(machine.between.exchange), between)) : inside;
}

}  // namespace tenon
