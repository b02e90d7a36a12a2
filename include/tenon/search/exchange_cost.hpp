// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What it costs to go from one distribution to another in one exchange of a plan:
///   exchange_cost(from, to, 4, 8, machine): of the rank, and of the node, that takes longest
/// A node takes what several of its ranks want once, and what others add has been added before it
/// is sent: between nodes, the exchange is that of the distributions over nodes.
#include <tenon/layout/alike.hpp>
#include <tenon/search/machine.hpp>
#include <tenon/search/node_intake.hpp>

namespace tenon {

namespace detail {

/// So many ranks are looked at; of more, these are spread evenly, the first and the last included.
inline constexpr Index most_ranks_priced = 64;
/// And of nodes that cuts do not fit.
inline constexpr Index most_uneven_nodes_priced = 4;

/// visit(unit) for each of so many, or for `most` of them.
constexpr void for_each_priced(Index count, auto&& visit, Index most = most_ranks_priced) {
  if (count <= most)
    for (Index i = 0; i < count; ++i) visit(i);
  else
    for (Index i = 0; i < most; ++i) visit(i * (count - 1) / (most - 1));
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
/// Cost: one step a rank, of at most 64 ranks and 64 nodes; one where all are alike. Where cuts do
/// not fit nodes, 4 nodes, and hundreds of steps for each.
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
  const Index node_ranks = machine.node_ranks, nodes = (devices + node_ranks - 1) / node_ranks;
  const bool fit = detail::fits_nodes(from, node_ranks, devices) &&
                   detail::fits_nodes(to, node_ranks, devices);
  const Distribution has = fit ? detail::over_nodes(from, node_ranks) : from,
                     wants = fit ? detail::over_nodes(to, node_ranks) : to;
  bool crosses = false;
  const auto look_at = [&](Index node) {
    const detail::Intake taken =
        fit ? detail::intake(has, wants, node * node_ranks)
            : detail::node_intake(from, to, node, node_ranks, devices);
    const Picoseconds cost = detail::link_cost(machine.between, taken, element_bytes, false);
    crosses = crosses || taken.sources > 0;
    between = cost > between ? cost : between;
  };
  detail::for_each_priced(
      nodes, look_at, fit ? detail::most_ranks_priced : detail::most_uneven_nodes_priced);
  return crosses ? plus(inside, plus(duration(machine.between.exchange), between)) : inside;
}

}  // namespace tenon
