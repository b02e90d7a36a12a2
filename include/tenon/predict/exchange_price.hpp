// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an exchange of a plan costs between devices: by the collective that it is and the
/// algorithm that HCCL takes for it, or piece by piece.
///   price_exchange(from, to, 4, Topology(Ascend910(), 8)).how == "all-gather of 8: ring over PCIe"
/// All groups exchange at once; none has a link of another's.
#include <tenon/predict/algorithm_choice.hpp>
#include <tenon/predict/band.hpp>
#include <tenon/predict/exchange_groups.hpp>
#include <tenon/predict/exchange_traffic.hpp>

namespace tenon {

struct ExchangePrice {
  Band seconds;
  std::string how, limit;  // "all-reduce of 4: mesh over HCCS", "HCCS latency"
};

namespace detail {

/// All that one device can take from the others of its group at once, at the links' full rates.
inline double bytes_a_second(const Topology& topology, const std::vector<Index>& group) {
  const AscendChip& chip = topology.chip();
  double most = 0;
  for (const Index rank : group) {
    double hccs = 0, pcie = 0, roce = 0;
    for (const Index other : group) switch (topology.between(rank, other)) {
        case LinkKind::hccs: hccs += chip.hccs_rate; break;
        case LinkKind::pcie: pcie = chip.pcie_rate; break;
        case LinkKind::roce: roce = chip.roce_rate; break;
        case LinkKind::none: break;
      }
    most = std::max(most, hccs + pcie + roce);
  }
  return most * 1e9;
}

inline std::string limit_of(const CollectiveCost& cost, const LinkCost& link, LinkKind kind) {
  const double starts = cost.starts * link.latency, bytes = cost.bytes * link.byte;
  if (cost.reduced * link.reduce > std::max(starts, bytes)) return "adding";
  return sentence(text(kind), starts > bytes ? " latency" : " bandwidth");
}

/// How a group's servers and their devices lie; a server that has more of them than another makes
/// one ring of all.
inline Hierarchy hierarchy_of(const Topology& topology, const std::vector<Index>& group,
                              LinkKind& inside) {
  const RankGroups servers = topology.by_server(group);
  Hierarchy h{Index(servers.size()), Index(servers[0].size())};
  for (const auto& server : servers) {
    inside = std::max(inside, topology.slowest(server));
    if (std::ssize(server) != h.devices) h.servers = 0;
  }
  if (h.servers == 0) h.servers = std::ssize(group), h.devices = 1;
  if (h.devices > 1) h.link_inside = topology.cost(inside);
  if (h.servers > 1) h.link_between = topology.cost(LinkKind::roce);
  return h;
}

inline void choose_algorithms(Hierarchy& h, Collective collective, double n, bool is_910b,
                              bool fully_joined, bool even) {
  const bool to_all = collective == Collective::all_to_all;
  h.inside = is_910b ? Algorithm::mesh : algorithm_inside_910(h.devices, fully_joined);
  if (to_all && (h.inside == Algorithm::ring || h.servers > 1)) h.inside = Algorithm::pairwise;
  h.between = to_all    ? Algorithm::pairwise
              : !even   ? Algorithm::ring
              : is_910b ? algorithm_between_910b(collective, n, h)
                        : algorithm_between_910(h.servers);
}

/// @param n bytes, as in collective_cost
inline ExchangePrice price_collective(Collective collective, double n,
                                      const std::vector<Index>& group, const Topology& topology) {
  const Index p = Index(group.size());
  const bool is_910b = topology.chip().separate_cores > 0;
  LinkKind kind = LinkKind::none;
  Hierarchy h = hierarchy_of(topology, group, kind);
  const bool even = h.devices > 1 || topology.by_server(group).size() == group.size();
  choose_algorithms(h, collective, n, is_910b, kind == LinkKind::hccs, even);
  HierarchicalCost cost;
  std::string way = sentence(text(h.inside), " over ", text(kind));
  if (h.servers == 1) {
    cost.inside = collective_cost(collective, h.inside, p, n);
    if (is_910b && collective == Collective::all_reduce && n <= bytes_of_one_shot)
      cost.inside = one_shot_cost(p, n), way = sentence("one-shot ", way);
    cost.seconds = cost.seconds_inside = cost.inside.seconds(h.link_inside);
  } else {
    cost = hierarchical_cost(collective, n, h);
    const std::string between = sentence(text(h.between), " over RoCE");
    way = h.devices > 1 ? sentence(way, ", ", between) : between;
  }
  const bool is_inside = cost.seconds_inside > cost.seconds_between;
  const double least =
      n * double(p - 1) / double(p) * (collective == Collective::all_reduce ? 2 : 1);
  const Links& links = topology.links();
  return {{least / bytes_a_second(topology, group), cost.seconds,
           cost.seconds / links.reached + links.start * 1e-6},
          sentence(text(collective), " of ", p, ": ", way),
          is_inside ? limit_of(cost.inside, h.link_inside, kind)
                    : limit_of(cost.between, h.link_between, LinkKind::roce)};
}

inline ExchangePrice price_pieces(const Distribution& from, const Distribution& to,
                                  Index element_bytes, const RankGroups& groups,
                                  const Topology& topology) {
  const ExchangeTraffic traffic(from, to, element_bytes, topology);
  const ExchangeTraffic::Load& busiest = traffic.busiest();
  const LinkCost link = topology.cost(busiest.kind);
  const CollectiveCost cost{busiest.messages, busiest.bytes, from.partial() ? traffic.received : 0};
  double rate = 0;
  for (const auto& group : groups) rate = std::max(rate, bytes_a_second(topology, group));
  const Links& links = topology.links();
  return {{traffic.received / double(from.summands()) / rate, cost.seconds(link),
           cost.seconds(link) / links.reached + links.start * 1e-6},
          sentence("pieces over ", text(busiest.kind)),
          limit_of(cost, link, busiest.kind)};
}

}  // namespace detail

/// @param topology of as many devices as the plan has ranks.
/// @return of the group that takes longest; nothing where nothing goes between devices.
inline ExchangePrice price_exchange(const Distribution& from, const Distribution& to,
                                    Index element_bytes, const Topology& topology) {
  ExchangePrice price;
  const RankGroups groups = exchange_groups(from, to, topology.size());
  for (const std::vector<Index>& group : groups) {
    if (group.size() < 2) continue;
    const auto collective = collective_of(from, to, group);
    if (!collective) return detail::price_pieces(from, to, element_bytes, groups, topology);
    Index elements = 0;
    for (const Index rank : group)
      elements = std::max({elements, volume(from.box(rank)), volume(to.box(rank))});
    const ExchangePrice one =
        detail::price_collective(*collective, double(elements * element_bytes), group, topology);
    if (one.seconds.estimate >= price.seconds.estimate) price = one;
  }
  return price;
}

}  // namespace tenon
