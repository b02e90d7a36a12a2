// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The name of what an exchange does:  movement(from, to) == Movement::all_gather.
#include <string_view>

#include <tenon/layout/distribution.hpp>

namespace tenon {

enum class Movement : std::uint8_t {
  nothing,
  slice,
  all_gather,
  all_reduce,
  reduce_scatter,
  all_to_all,
  exchange
};

constexpr std::string_view text(Movement m) {
  constexpr std::string_view names[] = {"nothing",        "slice",      "all-gather", "all-reduce",
                                        "reduce-scatter", "all-to-all", "exchange"};
  return names[int(m)];
}

/// Whether `fine` cuts on where `coarse` ends: its digits begin with those of `coarse`, so that
/// each block of `coarse` is a whole number of blocks of `fine`.  refines({{4,2}}, {{2,4}}) is
/// true.
constexpr bool refines(const Digits& fine, const Digits& coarse) {
  Digit f, c;  // what is left of the digit at hand
  int i = 0, j = 0;
  for (;;) {
    if (c.parts == 1) {
      if (j == coarse.size()) return true;
      c = coarse[j++];
    }
    if (f.parts == 1) {
      if (i == fine.size()) return false;
      f = fine[i++];
    }
    if (f.parts * f.stride != c.parts * c.stride) return false;
    const Index common = f.parts < c.parts ? f.parts : c.parts;
    if (f.parts % common || c.parts % common) return false;
    f.parts /= common;
    c.parts /= common;
  }
}

/// Whether every block of `a` lies in blocks of `b` of the same rank.
constexpr bool refines(const Distribution& a, const Distribution& b) {
  for (int d = 0; d < a.shape.size(); ++d)
    if (!refines(a.digits(d), b.digits(d))) return false;
  return true;
}

/// @pre equal shapes. Of partial sums, `to` has none.
constexpr Movement movement(const Distribution& from, const Distribution& to) {
  if (from == to) return Movement::nothing;
  const bool finer = refines(to, from), coarser = refines(from, to);
  if (from.partial()) {
    if (finer && coarser) return Movement::all_reduce;
    return finer ? Movement::reduce_scatter : Movement::exchange;
  }
  if (finer) return Movement::slice;
  if (coarser) return Movement::all_gather;
  Index in = 1, out = 1;
  for (int d = 0; d < from.shape.size(); ++d) in *= from.parts(d), out *= to.parts(d);
  return in == out ? Movement::all_to_all : Movement::exchange;
}

}  // namespace tenon
