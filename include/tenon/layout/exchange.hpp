// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Redistribution as one exchange: of what it is to hold, each rank takes every piece from the rank
/// that holds it, from itself where it can; of a partial sum it takes the piece from every summand.
/// All-gather, all-reduce, reduce-scatter, all-to-all and slicing are names for cases of it, and
/// loading a checkpoint is one whose senders are files.
#include <tenon/layout/distribution.hpp>

namespace tenon {

/// visit(source, box) for every piece of `wanted` that `rank` takes, in row-major order of the
/// blocks. Law: the boxes cover `wanted` exactly once (once for every summand), each lies in
/// from.box(source), and source is `rank` exactly where `rank` holds the piece itself.
/// Cost: one visit a piece.
template <class Visit>
constexpr void for_each_piece(const Distribution& from, const Box& wanted, Index rank,
                              Visit&& visit) {
  const int n = from.shape.size();
  Dims parts, first, last, at;  // the blocks of `from` that meet `wanted`
  for (int d = 0; d < n; ++d) {
    if (wanted[d].size() <= 0) return;
    parts.push_back(from.parts(d));
    first.push_back(block_of(from.shape[d], parts[d], wanted[d].first));
    last.push_back(block_of(from.shape[d], parts[d], wanted[d].last - 1));
    at.push_back(first[d]);
  }
  const Index summands = from.summands();
  for (;;) {
    Box box;
    Index source = rank;
    bool empty = false;
    for (int d = 0; d < n; ++d) {
      box.push_back(intersection(balanced_block(from.shape[d], parts[d], at[d]), wanted[d]));
      if (parts[d] > 1) source = from.with_block(source, d, at[d]);
      empty = empty || box[d].size() == 0;
    }
    for (Index k = 0; k < summands && !empty; ++k)
      visit(summands > 1 ? from.with_block(source, Cut::sum, k) : source, box);
    int d = n - 1;
    while (d >= 0 && at[d] == last[d]) at[d] = first[d], --d;
    if (d < 0) return;
    ++at[d];
  }
}

/// Elements that `rank` takes from others: all it wants of every summand, less what it has.
constexpr Index received(const Distribution& from, const Distribution& to, Index rank) {
  const Box wanted = to.box(rank);
  return from.summands() * volume(wanted) - volume(intersection(from.box(rank), wanted));
}

/// visit(other, box) for every other rank that takes a piece from `rank`: these are among the ranks
/// that differ from it in the digits of `from` alone, and each takes one piece at most.
/// Law: other is visited with box exactly where for_each_piece(from, to.box(other), other) visits
/// `rank` with box.
template <class Visit>
constexpr void for_each_taker(const Distribution& from, const Distribution& to, Index rank,
                              Index devices, Visit&& visit) {
  Digits digits;
  for (const Cut& cut : from.cuts) digits.push_back(cut.digit);
  const Box held = from.box(rank);
  for (Index k = 0; k < parts(digits); ++k) {
    const Index other = with_block(rank, digits, k);
    if (other == rank || other >= devices) continue;
    const Box box = intersection(held, to.box(other));
    if (volume(box) > 0) visit(other, box);
  }
}

/// Elements and messages that `rank` gives to others, of `devices`.
struct Sent {
  Index elements = 0, messages = 0;
};
constexpr Sent sent(const Distribution& from, const Distribution& to, Index rank, Index devices) {
  Sent sum;
  for_each_taker(from, to, rank, devices, [&](Index, const Box& box) {
    sum.elements += volume(box);
    ++sum.messages;
  });
  return sum;
}

}  // namespace tenon
