// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who holds what: which digits of the rank pick the block of each dimension, and over which digits
/// the values are still summands of a sum. A layout of MindSpore, a split of named axes, a
/// strategy: each is one way to write a distribution; two layouts are the same if their
/// distributions are equal.
///   Distribution x = whole({32, 512}).cut(0, {{2, 4}}).cut(1, {{2, 2}});  x.box(2) is [0,16) x
///   [256,512)
#include <tenon/core/box.hpp>
#include <tenon/layout/digit.hpp>

namespace tenon {

/// "This digit picks the block of that dimension", or the summand where dimension is `sum`.
struct Cut {
  static constexpr int sum = max_dimensions;
  int dimension = 0;
  Digit digit;
  friend constexpr bool operator==(const Cut&, const Cut&) = default;
};

struct Distribution {
  Dims shape;
  Vector<Cut, 16> cuts;  // by dimension, within one the most significant digit first; normal

  /// The digits that cut a dimension; those of the partial sum for Cut::sum.
  constexpr Digits digits(int dimension) const {
    Digits found;
    for (const Cut& cut : cuts)
      if (cut.dimension == dimension) found.push_back(cut.digit);
    return found;
  }
  /// This, with a dimension cut by other digits (by none: whole).
  constexpr Distribution cut(int dimension, const Digits& digits) const {
    Distribution other{shape, {}};
    for (const Cut& c : cuts)
      if (c.dimension < dimension) other.cuts.push_back(c);
    for (const Digit& digit : normal(digits)) other.cuts.push_back({dimension, digit});
    for (const Cut& c : cuts)
      if (c.dimension > dimension) other.cuts.push_back(c);
    return other;
  }
  constexpr Index parts(int dimension) const {
    Index p = 1;
    for (const Cut& cut : cuts)
      if (cut.dimension == dimension) p *= cut.digit.parts;
    return p;
  }
  /// Which block of a dimension `rank` has; which summand, for Cut::sum.
  constexpr Index block(int dimension, Index rank) const {
    Index k = 0;
    for (const Cut& cut : cuts)
      if (cut.dimension == dimension) k = k * cut.digit.parts + cut.digit.of(rank);
    return k;
  }
  /// The rank that has block k of a dimension, and is `rank` in every other digit.
  constexpr Index with_block(Index rank, int dimension, Index k) const {
    for (int i = cuts.size() - 1; i >= 0; --i) {
      const Digit& digit = cuts[i].digit;
      if (cuts[i].dimension != dimension) continue;
      rank += (k % digit.parts - digit.of(rank)) * digit.stride;
      k /= digit.parts;
    }
    return rank;
  }
  constexpr Index summands() const { return parts(Cut::sum); }
  constexpr bool partial() const { return !cuts.empty() && cuts.back().dimension == Cut::sum; }
  constexpr Distribution summed() const { return cut(Cut::sum, {}); }

  constexpr Interval interval(int dimension, Index rank) const {
    return balanced_block(shape[dimension], parts(dimension), block(dimension, rank));
  }
  /// What `rank` holds.
  constexpr Box box(Index rank) const {
    Box box;
    for (int d = 0; d < shape.size(); ++d) box.push_back(interval(d, rank));
    return box;
  }
  /// The sizes of the largest block.
  constexpr Dims largest_block() const {
    Dims sizes;
    for (int d = 0; d < shape.size(); ++d)
      sizes.push_back(shape[d] / parts(d) + (shape[d] % parts(d) != 0));
    return sizes;
  }
  constexpr bool divides_evenly() const {
    for (int d = 0; d < shape.size(); ++d)
      if (shape[d] % parts(d)) return false;
    return true;
  }
  friend constexpr bool operator==(const Distribution&, const Distribution&) = default;
};

/// Every rank holds all of it.
constexpr Distribution whole(const Dims& shape) { return {shape, {}}; }

/// The first cut that looks at a part of the rank that one before it looks at; -1: none does.
constexpr int overlapping_cut(const Distribution& x) {
  for (int i = 0; i < x.cuts.size(); ++i)
    for (int j = 0; j < i; ++j)
      if (overlap(x.cuts[i].digit, x.cuts[j].digit)) return i;
  return -1;
}
constexpr bool cuts_are_disjoint(const Distribution& x) { return overlapping_cut(x) < 0; }

}  // namespace tenon
