// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the ranks of one node send to those of another: what several of them want, once; what they
/// add, added before it is sent.
///   Traffic traffic(blocks, nodes, from, to);  traffic.parcels[0] goes from rank 2 to rank 5
#include <tenon/comm/nodes.hpp>

namespace tenon {

/// Bytes that are worth another message.
inline constexpr Index bytes_worth_a_message = 16384;

class Traffic {
 public:
  /// A sum that is sent once, and those who take it.
  struct Delivery {
    std::vector<Summand> summands;
    std::vector<int> takers;
    std::size_t parcel = 0;
    Index at = 0;  // element of the parcel
    Index elements() const { return summands[0].from.volume(); }
  };
  /// A message.
  struct Parcel {
    int from, to;
    std::vector<std::size_t> deliveries;
    Index elements = 0;
  };
  std::vector<Delivery> deliveries;
  std::vector<Parcel> parcels;

  Traffic(SummedBlocks& blocks, const Nodes& nodes, int from, int to, Index element_bytes) {
    for (int taker : nodes.ranks(to))
      for (const SummedBlock& block : blocks.of(taker)) {
        if (!nodes.crosses(block, to)) continue;
        nodes.for_each_stripe(block, element_bytes, [&](const SummedBlock& stripe) {
          for (const std::vector<Summand>& group : nodes.groups(stripe))
            if (nodes.of_rank(group[0].rank) == from) add(group, taker);
        });
      }
    pack(nodes, from, to, element_bytes);
  }
  const Delivery& of(const std::vector<Summand>& summands) const {
    return deliveries[places_.at(key(summands))];
  }

 private:
  using Key = std::vector<Index>;
  static Key key(const std::vector<Summand>& summands) {
    Key key;
    for (const Summand& summand : summands) {
      key.insert(key.end(), {summand.rank, summand.from.first});
      key.insert(key.end(), summand.from.sizes.begin(), summand.from.sizes.end());
    }
    return key;
  }
  void add(const std::vector<Summand>& summands, int taker) {
    const auto [place, is_new] = places_.try_emplace(key(summands), deliveries.size());
    if (is_new) deliveries.push_back({summands, {}});
    std::vector<int>& takers = deliveries[place->second].takers;
    if (takers.empty() || takers.back() != taker) takers.push_back(taker);
  }

  /// As many messages as their bytes are worth. Message k goes from the k-th rank that has a part
  /// of its first delivery to the k-th that takes it, counted round: several pairs of ranks send
  /// at once where there are several; where few have it or take it, a pair sends more than one.
  void pack(const Nodes& nodes, int from, int to, Index element_bytes) {
    Index total = 0, before = 0;
    for (const Delivery& delivery : deliveries) total += delivery.elements();
    const auto most = Index(std::min(nodes.ranks(from).size(), nodes.ranks(to).size()));
    const Index count = std::clamp<Index>(total * element_bytes / bytes_worth_a_message, 1, most);
    Index last = -1;
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      Delivery& delivery = deliveries[i];
      const Index middle = before + delivery.elements() / 2;
      const Index k = middle * count / total;  // count is at most the ranks of a node
      if (k != last) {
        const auto pick = [&](std::size_t size) { return std::size_t(k) % size; };
        parcels.push_back({delivery.summands[pick(delivery.summands.size())].rank,
                           delivery.takers[pick(delivery.takers.size())],
                           {}});
        last = k;
      }
      delivery.parcel = parcels.size() - 1;
      delivery.at = parcels.back().elements;
      parcels.back().deliveries.push_back(i);
      parcels.back().elements += delivery.elements();
      before += delivery.elements();
    }
  }

  std::map<Key, std::size_t> places_;
};

}  // namespace tenon
