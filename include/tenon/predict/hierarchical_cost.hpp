// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A collective over servers of equally many devices: one part inside each server, one between the
/// devices of the same place in all servers.
///   all-reduce: reduce-scatter inside of n, all-reduce between of n/d, all-gather inside of n
///   reduce-scatter: between of n, then inside of n/s;  all-gather: inside of n/s, then between of
///   n
/// HCCL: hierarchical communication, Pipeline.
#include <algorithm>
#include <tenon/predict/collective_cost.hpp>

namespace tenon {

struct Hierarchy {
  Index servers = 1, devices = 1;  // of a server
  Algorithm inside = Algorithm::mesh, between = Algorithm::ring;
  LinkCost link_inside{}, link_between{};
};

struct HierarchicalCost {
  CollectiveCost inside, between;
  double seconds = 0, seconds_inside = 0, seconds_between = 0;
};

namespace detail {

/// Both kinds of links are busy at once: a block that came from another server is passed on inside
/// while the next one comes.
inline double pipelined_seconds(Collective collective, double n, const Hierarchy& h) {
  const double part = n / double(h.servers * h.devices);
  const double between = part * h.link_between.byte + h.link_between.latency;
  const double inside = part * h.link_inside.byte + h.link_inside.latency;
  const double once = std::max(between, inside) * double(h.servers - 1) + inside;
  return collective == Collective::all_reduce ? 2 * once : once;
}

}  // namespace detail

/// @param n bytes, as in collective_cost. An all-to-all goes pairwise between all.
inline HierarchicalCost hierarchical_cost(Collective collective, double n, const Hierarchy& h) {
  HierarchicalCost cost;
  if (h.between == Algorithm::pipeline && h.servers > 1 && collective != Collective::all_to_all) {
    cost.seconds = detail::pipelined_seconds(collective, n, h);
    cost.seconds_between = cost.seconds;
    return cost;
  }
  const auto inside = [&](Collective c, double bytes) {
    return collective_cost(c, h.inside, h.devices, bytes);
  };
  const auto between = [&](Collective c, double bytes) {
    return collective_cost(c, h.between, h.servers, bytes);
  };
  const double s = double(h.servers), d = double(h.devices);
  switch (collective) {
    case Collective::reduce_scatter:
    case Collective::all_gather: cost = {inside(collective, n / s), between(collective, n)}; break;
    case Collective::all_reduce:
      cost = {inside(Collective::reduce_scatter, n) + inside(Collective::all_gather, n),
              between(collective, n / d)};
      break;
    case Collective::all_to_all: {
      const double part = n / (s * d);
      cost = {{d - 1, (d - 1) * part, 0}, {(s - 1) * d, (s - 1) * d * part, 0}};
    }
  }
  cost.seconds_inside = cost.inside.seconds(h.link_inside);
  cost.seconds_between = cost.between.seconds(h.link_between);
  cost.seconds = cost.seconds_inside + cost.seconds_between;
  return cost;
}

}  // namespace tenon
