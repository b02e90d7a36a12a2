// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From one distribution to another: in one exchange, in two where a wide sum is cheaper so, or as
/// MindSpore goes.  route(partial over 8, whole): scattered over 8, then whole
#include <tenon/layout/alike.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

/// As many bytes as one more exchange may save to be worth its latency.
inline constexpr Index bytes_worth_an_exchange = 16384;

/// As many ranks are compared; of more, these are spread evenly, the first and the last included.
inline constexpr Index most_ranks_compared = 64;

/// Elements that the rank which takes most takes. Cost: a step a rank, or one where all are alike.
constexpr Index most_received(const Distribution& from, const Distribution& to, Index devices) {
  if (alike_on_all_ranks(from, to)) return received(from, to, 0);
  const Index looked_at = devices < most_ranks_compared ? devices : most_ranks_compared;
  Index most = 0;
  for (Index i = 0; i < looked_at; ++i) {
    const Index rank = looked_at == devices ? i : i * (devices - 1) / (looked_at - 1);
    const Index n = received(from, to, rank);
    most = n > most ? n : most;
  }
  return most;
}

using Route = Vector<Distribution, 12>;  // the stops after the first, the last is the goal

/// A sum over P ranks taken directly moves P-1 times the wanted block; scattered first and gathered
/// then, 2(P-1)/P times. Sums are always added in the order of their blocks, so that every rank
/// that holds an element holds the same bits.
constexpr Route shortest_route(const Distribution& from, const Distribution& to,
                               Index element_bytes, Index devices) {
  if (!from.partial() || from.summands() < 3) return {to};
  Index best = most_received(from, to, devices) - bytes_worth_an_exchange / element_bytes;
  Route route{to};
  for (int d = 0; d < from.shape.size(); ++d) {
    Digits digits = from.digits(d);
    digits.append(from.digits(Cut::sum));
    const Distribution scattered = from.summed().cut(d, digits);
    const Index n = most_received(from, scattered, devices) + most_received(scattered, to, devices);
    if (n < best) best = n, route = {scattered, to};
  }
  return route;
}

/// MindSpore's way: all-reduce, split what is free, gather a dimension, split again.
/// Source: TensorRedistribution (facts of layout/mindspore/redistribution.hpp), dimension by
/// dimension.
constexpr Route mindspore_route(const Distribution& from, const Distribution& to) {
  Route route;
  Distribution at = from;
  const auto go = [&](const Distribution& stop) { route.push_back(at = stop); };
  const auto is_free = [&](int dimension) {  // no digit that it is still to be cut by is in use
    const Distribution alone = whole(at.shape).cut(dimension, to.digits(dimension));
    for (const Cut& wanted : alone.cuts)
      for (const Cut& cut : at.cuts)
        if (cut.dimension != dimension && overlap(wanted.digit, cut.digit)) return false;
    return true;
  };
  const auto split = [&] {
    for (int d = 0; d < at.shape.size(); ++d)
      if (!(at.digits(d) == to.digits(d)) && refines(to.digits(d), at.digits(d)) && is_free(d))
        go(at.cut(d, to.digits(d)));
  };
  if (at.partial()) go(at.summed());
  split();
  for (int d = 0; d < at.shape.size(); ++d)
    if (!refines(to.digits(d), at.digits(d))) {
      go(at.cut(d, refines(at.digits(d), to.digits(d)) ? to.digits(d) : Digits{}));
      split();
    }
  return route;
}

}  // namespace tenon
