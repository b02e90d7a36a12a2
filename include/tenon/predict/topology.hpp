// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which devices the ranks are, and which link joins two of them:
///   Topology(Ascend910(), 8).between(0, 3) == LinkKind::hccs, and (0, 4) == LinkKind::pcie
/// Atlas 800: two quads of 910, joined by HCCS each, by PCIe with each other, RoCE between servers.
/// Atlas 800T A2: eight 910B, each joined with each. A chip without HCCS: PCIe in a server.
#include <map>
#include <vector>

#include <tenon/io/server_ranks.hpp>
#include <tenon/predict/links.hpp>

namespace tenon {

class Topology {
 public:
  struct Device {
    Index server, id;  // its place in the server
  };

  /// So many devices: whole servers, and the rest in the last one.
  Topology(const AscendChip& chip, Index count) : chip_(chip), links_(chip) {
    if (count < 1 || count > most_devices)
      throw Error(sentence(count, " devices; legal: 1 to ", most_devices));
    const Index each = links_.of_server.whole();
    for (Index rank = 0; rank < count; ++rank) devices_.push_back({rank / each, rank % each});
  }
  /// @throws Error where a device has a place that no server of this chip has.
  Topology(const AscendChip& chip, const RankTable& table) : chip_(chip), links_(chip) {
    for (const RankTable::Rank& rank : table.ranks) {
      if (rank.device_id < 0 || rank.device_id >= links_.of_server.whole())
        throw Error(sentence(table.path, ": device ", rank.device_id, " of server ",
                             table.servers[std::size_t(rank.server)].id, "; legal: 0 to ",
                             links_.of_server.whole() - 1));
      devices_.push_back({rank.server, rank.device_id});
    }
  }

  Index size() const { return Index(devices_.size()); }
  const Device& device(Index rank) const { return devices_[std::size_t(rank)]; }
  const AscendChip& chip() const { return chip_; }
  const Links& links() const { return links_; }

  LinkKind between(Index a, Index b) const {
    const Device &x = device(a), &y = device(b);
    if (x.server != y.server) return LinkKind::roce;
    if (x.id == y.id) return LinkKind::none;
    const Index joined = links_.joined.whole();
    return x.id / joined == y.id / joined ? LinkKind::hccs : LinkKind::pcie;
  }
  /// @throws Error where the chip has no such links.
  LinkCost cost(LinkKind kind) const {
    if (kind == LinkKind::none) return {};
    if (!(links_.of(kind).rate > 0)) throw Error(sentence(chip_.name, " has no ", text(kind)));
    return links_.of(kind).cost();
  }
  /// Of the links between any two of them, the slowest.
  LinkKind slowest(const std::vector<Index>& ranks) const {
    LinkKind kind = LinkKind::none;
    for (const Index a : ranks) kind = std::max(kind, between(ranks[0], a));
    return kind;
  }
  /// The ranks of each server among these.
  std::vector<std::vector<Index>> by_server(const std::vector<Index>& ranks) const {
    std::map<Index, std::vector<Index>> servers;
    for (const Index rank : ranks) servers[device(rank).server].push_back(rank);
    std::vector<std::vector<Index>> lists;
    for (auto& [server, list] : servers) lists.push_back(std::move(list));
    return lists;
  }

 private:
  static constexpr Index most_devices = 4096;
  AscendChip chip_;
  Links links_;
  std::vector<Device> devices_;
};

}  // namespace tenon
