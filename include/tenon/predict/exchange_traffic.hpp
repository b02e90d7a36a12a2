// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange as the pieces that it is: each goes its own way, and the busiest link decides.
///   ExchangeTraffic(from, to, 4, topology).busiest() is {LinkKind::pcie, 2 messages, 8192 bytes}
/// HCCS has a wire between each two devices; PCIe and RoCE a port of each device, in and out.
#include <map>
#include <tuple>

#include <tenon/layout/exchange.hpp>
#include <tenon/predict/topology.hpp>

namespace tenon {

class ExchangeTraffic {
 public:
  struct Load {
    LinkKind kind = LinkKind::none;
    double messages = 0, bytes = 0, seconds = 0;
  };

  ExchangeTraffic(const Distribution& from, const Distribution& to, Index element_bytes,
                  const Topology& topology) {
    for (Index rank = 0; rank < topology.size(); ++rank) {
      double bytes_in = 0;
      for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
        const double bytes = double(volume(box) * element_bytes);
        if (source == rank) return;
        bytes_in += bytes;
        const LinkKind kind = topology.between(source, rank);
        if (kind == LinkKind::hccs) add({kind, source, rank}, bytes);
        else add({kind, source, out}, bytes), add({kind, in, rank}, bytes);
      });
      received = std::max(received, bytes_in);
    }
    for (auto& [where, load] : loads_) {
      const LinkCost cost = topology.cost(load.kind);
      load.seconds = load.messages * cost.latency + load.bytes * cost.byte;
      if (load.seconds > busiest_.seconds) busiest_ = load;
    }
  }
  const Load& busiest() const { return busiest_; }

  double received = 0;  // bytes, by the rank that receives most

 private:
  static constexpr Index out = -1, in = -2;
  using Link = std::tuple<LinkKind, Index, Index>;  // from a rank, to a rank
  void add(const Link& link, double bytes) {
    Load& load = loads_[link];
    load.kind = std::get<0>(link);
    load.messages += 1, load.bytes += bytes;
  }
  std::map<Link, Load> loads_;
  Load busiest_;
};

}  // namespace tenon
