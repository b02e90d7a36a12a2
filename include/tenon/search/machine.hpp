// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A machine as the search and the prices of plans see it: what a rank computes, reads and takes in
/// a second, and what it waits before. Plain numbers, so that a program can write down its own:
///   Machine mine{.flops = 9e10, .node_ranks = 8, .processors = 2};
/// Ranks 0 to node_ranks - 1 are the first node, and so on.
#include <tenon/core/dims.hpp>

namespace tenon {

/// What ranks take from each other, by the memory that they share or by a network.
/// Time of an exchange: exchange + message * (others that one takes from) + bytes / rate, of a
/// partial sum bytes / sums.
struct MachineLink {
  double exchange = 0;  // seconds, of an exchange however small: ranks wait for each other
  double message = 0;   // seconds, for each other one that it takes from
  double rate = 1e300;  // bytes a second
  double sums = 0;      // bytes a second where what is taken is added; 0: as rate
  constexpr bool stated() const { return rate != 0; }
  friend constexpr bool operator==(const MachineLink&, const MachineLink&) = default;
};

/// All rates are those of a rank that has a processor of its own.
struct Machine {
  double flops = 1e300;               // a second; a multiplication and an addition are two
  double memory_rate = 1e300;         // bytes a second that an operator reads and writes
  double step = 0;                    // seconds, of a computation however small
  double memory = 1e300;              // bytes that a rank may hold
  double cache = 0;                   // bytes of an operator up to which they come out of a cache
  double cache_rate = 1e300;          // bytes a second, then
  Index node_ranks = Index(1) << 40;  // of a node
  Index processors = Index(1) << 40;  // of a node: where there are more ranks, they take turns
  MachineLink inside{};               // a node: of a rank
  MachineLink between{.rate = 0};     // nodes: of a node with all its ranks; 0: not stated
  friend constexpr bool operator==(const Machine&, const Machine&) = default;

  /// How many ranks of a node share a processor.
  constexpr Index turns(Index devices) const {
    const Index ranks = devices < node_ranks ? devices : node_ranks;
    return (ranks + processors - 1) / processors;
  }
};

/// Times are whole picoseconds, so that sums and comparisons are the same in the compiler and on
/// every machine.
using Picoseconds = std::int64_t;

/// 46 days: what takes longer takes this long, so that no sum overflows.
inline constexpr Picoseconds longest_duration = Picoseconds(4e18);
constexpr Picoseconds plus(Picoseconds a, Picoseconds b) {
  return a < longest_duration - b ? a + b : longest_duration;
}
constexpr Picoseconds times(Index count, Picoseconds one) {
  return count <= 0 || one < longest_duration / count ? count * one : longest_duration;
}

/// How long `amount` takes at so much a second.
constexpr Picoseconds duration(double amount, double rate) {
  const double picoseconds = amount / rate / 1e-12 + .5;
  return picoseconds < double(longest_duration) ? Picoseconds(picoseconds) : longest_duration;
}
constexpr Picoseconds duration(double seconds) { return duration(seconds, 1); }

}  // namespace tenon
