// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One digit of a rank written in a mixed radix:  Digit{2, 4}.of(6) == 6 / 4 % 2 == 1.
/// The device matrix [2,2,2] names the digits {2,4} {2,2} {2,1}; [2,1,2,2] names the same ones and
/// a digit of one part, which says nothing. (It is CuTe's shape:stride, over ranks.)
#include <tenon/core/dims.hpp>
#include <tenon/core/list.hpp>

namespace tenon {

struct Digit {
  Index parts = 1, stride = 1;
  constexpr Index of(Index rank) const { return rank / stride % parts; }
  friend constexpr bool operator==(const Digit&, const Digit&) = default;
};

/// Several digits, the first the most significant: together one number of product(parts) values.
using Digits = Vector<Digit, 16>;

constexpr Index parts(const Digits& digits) {
  Index p = 1;
  for (const Digit& digit : digits) p *= digit.parts;
  return p;
}

/// Which block `rank` has: the number that its digits spell.
constexpr Index block(const Digits& digits, Index rank) {
  Index k = 0;
  for (const Digit& digit : digits) k = k * digit.parts + digit.of(rank);
  return k;
}

/// The rank that has block `k`, and is `rank` in every other digit.
/// block(digits, with_block(rank, digits, k)) == k
constexpr Index with_block(Index rank, const Digits& digits, Index k) {
  for (int i = digits.size() - 1; i >= 0; --i) {
    rank += (k % digits[i].parts - digits[i].of(rank)) * digits[i].stride;
    k /= digits[i].parts;
  }
  return rank;
}

/// Normal form: a digit of one part says nothing, and neighbours that are one wider digit are
/// joined.  normal({{2,2}, {2,1}}) == {{4,1}}; block(normal(d), r) == block(d, r) for every rank.
constexpr Digits normal(const Digits& digits) {
  Digits joined;
  for (const Digit& digit : digits) {
    if (digit.parts == 1) continue;
    if (!joined.empty() && joined.back().stride == digit.parts * digit.stride)
      joined.back() = {joined.back().parts * digit.parts, digit.stride};
    else joined.push_back(digit);
  }
  return joined;
}

/// Whether two digits can't be digits of one mixed radix: they look at the same part of the rank,
/// or each at some of it ({2,1} and {2,3} of six ranks: changing one changes the other).
constexpr bool overlap(const Digit& a, const Digit& b) {
  return a.parts > 1 && b.parts > 1 && a.stride % (b.stride * b.parts) != 0 &&
         b.stride % (a.stride * a.parts) != 0;
}

/// The ranks that differ from `rank` in these digits only, in the order of their blocks.
constexpr List<Index> group(const Digits& digits, Index rank) {
  List<Index> ranks;
  for (Index k = 0; k < parts(digits); ++k) ranks.push_back(with_block(rank, digits, k));
  return ranks;
}

}  // namespace tenon
