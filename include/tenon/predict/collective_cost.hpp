// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a collective of p ranks costs on links that are all alike, by HCCL's formulas:
///   collective_cost(Collective::all_reduce, Algorithm::ring, 8, 4096) is {14, 7168, 3584}:
///   2(p-1) a + 2(p-1)/p n b + (p-1)/p n g,
/// of a the time a message starts, b that of a byte, g that of a byte that is added.
/// n is all that a rank has after an all-gather, or before a reduce-scatter or an all-to-all.
/// Each rank sends to one other and receives from one at once; in a mesh, to and from all.
/// HCCL: collective communication algorithms (Mesh, Ring, RHD, NHR, NB, Pairwise).
#include <bit>
#include <span>
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

enum class Collective : std::uint8_t { reduce_scatter, all_gather, all_reduce, all_to_all };
enum class Algorithm : std::uint8_t { mesh, ring, halving_doubling, nhr, nb, pairwise, pipeline };

constexpr std::string_view text(Collective c) {
  constexpr std::string_view names[] = {"reduce-scatter", "all-gather", "all-reduce", "all-to-all"};
  return names[int(c)];
}
constexpr std::string_view text(Algorithm a) {
  constexpr std::string_view names[] = {"mesh", "ring", "H-D", "NHR", "NB", "pairwise", "pipeline"};
  return names[int(a)];
}

/// Hockney's: seconds of a message's start, of a byte, of a byte that is added.
struct LinkCost {
  double latency = 0, byte = 0, reduce = 0;
};

struct CollectiveCost {
  double starts = 0, bytes = 0, reduced = 0;  // a, b, g stand for one of each

  constexpr double seconds(const LinkCost& link) const {
    return starts * link.latency + bytes * link.byte + reduced * link.reduce;
  }
  friend constexpr CollectiveCost operator+(const CollectiveCost& x, const CollectiveCost& y) {
    return {x.starts + y.starts, x.bytes + y.bytes, x.reduced + y.reduced};
  }
  friend constexpr bool operator==(const CollectiveCost&, const CollectiveCost&) = default;
};

namespace detail {

/// 2^k < p < 2^(k+1): the ranks behind 2^k first give all they have to one of the others. Then the
/// blocks of p ranks are halved among 2^k: ceil(p/2^i) of them move in step i.
constexpr CollectiveCost halving_cost(Index p, double n) {
  const int k = std::bit_width(std::uint64_t(p)) - 1;
  if (std::has_single_bit(std::uint64_t(p))) {
    const double moved = n * double(p - 1) / double(p);
    return {double(k), moved, moved};
  }
  double blocks = 0;
  for (int i = 1; i <= k; ++i) blocks += double((p + (Index(1) << i) - 1) >> i);
  const double halved = n / double(p) * blocks;
  return {double(k + 2), n + halved + n / double(p), n + halved};
}

/// Of the 2^k ranks that are left, each needs no block for the others.
constexpr CollectiveCost halving_doubling_cost(Index p, double n) {
  const int k = std::bit_width(std::uint64_t(p)) - 1;
  const double q = double(Index(1) << k), moved = n * (q - 1) / q;
  if (Index(1) << k == p) return {2. * k, 2 * moved, moved};
  return {2. * k + 2, 2 * moved + 2 * n, moved + n};
}

constexpr CollectiveCost reduce_scatter_cost(Algorithm algorithm, Index p, double n) {
  const double part = n / double(p), most = part * double(p - 1);
  const int steps = std::bit_width(std::uint64_t(p - 1));  // ceil(log2(p))
  switch (algorithm) {
    case Algorithm::mesh: return {1, part, most};
    case Algorithm::ring: return {double(p - 1), most, most};
    case Algorithm::halving_doubling: return halving_cost(p, n);
    default: return {double(steps), most, most};
  }
}

}  // namespace detail

/// @param n bytes.  @throws Error where the algorithm is none of this collective's.
constexpr CollectiveCost collective_cost(Collective collective, Algorithm algorithm, Index p,
                                         double n) {
  const bool to_all = collective == Collective::all_to_all;
  const bool fits = to_all ? algorithm == Algorithm::pairwise || algorithm == Algorithm::mesh
                           : algorithm != Algorithm::pairwise;
  if (p < 1 || !fits || algorithm == Algorithm::pipeline)
    throw Error(sentence("no cost of the collective ", text(collective), " of ", p, " ranks by ",
                         text(algorithm),
                         to_all ? "; legal: mesh, pairwise"
                                : "; legal: mesh, ring, H-D, NHR, NB; pipeline "
                                  "goes over two kinds of links"));
  if (p == 1) return {};
  if (to_all) {
    const double part = n / double(p), times = algorithm == Algorithm::mesh ? 1 : double(p - 1);
    return {times, times * part, 0};
  }
  if (collective == Collective::all_reduce && algorithm == Algorithm::halving_doubling)
    return detail::halving_doubling_cost(p, n);
  const CollectiveCost sum = detail::reduce_scatter_cost(algorithm, p, n);
  const CollectiveCost gather{sum.starts, sum.bytes, 0};
  if (collective == Collective::reduce_scatter) return sum;
  return collective == Collective::all_gather ? gather : sum + gather;
}

/// An all-to-all of any sizes, pairwise: in step k, rank i sends to rank i + k.
/// @param bytes of p x p: what rank i has for rank j.
constexpr CollectiveCost pairwise_cost(std::span<const double> bytes, Index p) {
  CollectiveCost cost{double(p > 0 ? p - 1 : 0), 0, 0};
  for (Index k = 1; k < p; ++k) {
    double most = 0;
    for (Index i = 0; i < p; ++i) most = std::max(most, bytes[std::size_t(i * p + (i + k) % p)]);
    cost.bytes += most;
  }
  return cost;
}

}  // namespace tenon
