// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a search knows of the plan so far: where each value that is still to be read lies, and what
/// the last steps may still take in. Plans that agree in it go on alike, so that the cheapest of
/// them is all that is kept.
#include <tenon/search/problem.hpp>

namespace tenon::detail {

/// A value (a node) and where it lies; or an operator and which of its ways is taken.
struct NodeAt {
  int node = -1, at = -1;
  friend constexpr bool operator==(const NodeAt&, const NodeAt&) = default;
};

constexpr void insert(List<NodeAt>& list, std::size_t at, const NodeAt& x) {
  list.push_back(x);
  for (std::size_t i = list.size() - 1; i > at; --i) list[i] = list[i - 1];
  list[at] = x;
}

struct FrontierState {
  List<NodeAt> held;            // by node; of each, first where it was made, then its copies
  List<NodeAt> decided;         // operators to come whose way is taken already
  int kernel = -1, maker = -1;  // the value that the last step made, and the operator that did
  bool bias_free = false, activation_free = false;  // what that step may still do
  int sum = -1;                                     // the value that the last sum made
  bool sum_activation_free = false;

  Picoseconds cost = 0;
  Index parameter_bytes = 0;
  int record = -1;       // of the ways taken so far
  List<NodeAt> fresh{};  // the last of them, not yet recorded

  constexpr bool same(const FrontierState& other) const {
    return held == other.held && decided == other.decided && kernel == other.kernel &&
           maker == other.maker && bias_free == other.bias_free &&
           activation_free == other.activation_free && sum == other.sum &&
           sum_activation_free == other.sum_activation_free;
  }
  constexpr std::uint64_t key() const {
    Hash hash;
    for (const NodeAt& x : held) hash.add(x.node * 4099 + x.at);
    for (const NodeAt& x : decided) hash.add(x.node).add(x.at);
    hash.add(kernel).add(sum);
    hash.add(int(bias_free) + 2 * int(activation_free) + 4 * int(sum_activation_free));
    return hash.value;
  }
  /// The cheaper; of two that cost the same, the one that needs less memory.
  constexpr bool before(const FrontierState& other) const {
    return cost != other.cost ? cost < other.cost : parameter_bytes < other.parameter_bytes;
  }
  /// Memory that it takes, about: with its lists, which grow by halves.
  constexpr Index bytes() const {
    return Index(sizeof(FrontierState) + 2 * sizeof(NodeAt) * (held.size() + decided.size()) + 96);
  }
  /// The number of the layout in which a value was made.
  constexpr int made(int node) const {
    for (const NodeAt& x : held)
      if (x.node == node) return x.at;
    return unknown_layout;
  }
  /// Behind the other copies of that value.
  constexpr void hold(int node, int layout) {
    std::size_t at = held.size();
    while (at > 0 && held[at - 1].node > node) --at;
    insert(held, at, {node, layout});
  }
  constexpr void forget(int node) {
    std::size_t kept = 0;
    for (const NodeAt& x : held)
      if (x.node != node) held[kept++] = x;
    held.resize(kept);
    if (kernel == node) kernel = maker = -1;
    if (sum == node) sum = -1;
  }
  constexpr int way_of(int node) const {
    for (const NodeAt& x : decided)
      if (x.node == node) return x.at;
    return -1;
  }
  constexpr void decide(int node, int way) {
    std::size_t at = 0;
    while (at < decided.size() && decided[at].node < node) ++at;
    insert(decided, at, {node, way});
    fresh.push_back({node, way});
  }
  constexpr void forget_decision(int node) {
    std::size_t kept = 0;
    for (const NodeAt& x : decided)
      if (x.node != node) decided[kept++] = x;
    decided.resize(kept);
  }
};

}  // namespace tenon::detail
