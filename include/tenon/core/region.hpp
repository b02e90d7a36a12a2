// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a box lies in the memory of a row-major block around it:
///   region({{4,8}, {2,4}}, {{0,16}, {0,10}}) begins at element 42 and has 4 runs of 2.
#include <tenon/core/box.hpp>

namespace tenon {

/// Row-major strides, in elements:  strides({4, 3, 2}) == {6, 2, 1}; 0 where there are none.
/// @throws Error when there are more than 2^63 - 1.
constexpr Dims strides(const Dims& sizes) {
  if (product(sizes) == 0) return Dims::filled(sizes.size(), 0);
  Dims s = sizes;
  Index next = 1;
  for (int d = sizes.size() - 1; d >= 0; --d) s[d] = next, next *= sizes[d];
  return s;
}

struct Region {
  Index first = 0;  // element
  Dims sizes, strides;
  constexpr Index volume() const { return product(sizes); }
};

/// @pre `part` lies in `block`.
constexpr Region region(const Box& part, const Box& block) {
  Region r{0, sizes(part), strides(sizes(block))};
  for (int d = 0; d < part.size(); ++d) r.first += (part[d].first - block[d].first) * r.strides[d];
  return r;
}
/// All of a block.
constexpr Region region(const Box& block) { return region(block, block); }

/// visit(first element in a, first in b, length) for every run that is contiguous in both.
/// @pre equal sizes.
constexpr void for_each_run(const Region& a, const Region& b, auto&& visit) {
  if (a.volume() == 0) return;
  int d = a.sizes.size();  // dimensions from d on are one run
  Index run = 1;
  while (d > 0 && (a.sizes[d - 1] == 1 || (a.strides[d - 1] == run && b.strides[d - 1] == run)))
    run *= a.sizes[--d];
  Dims at = Dims::filled(d, 0);
  Index in_a = a.first, in_b = b.first;
  for (;;) {
    visit(in_a, in_b, run);
    int i = d - 1;
    for (; i >= 0; --i) {
      in_a += a.strides[i], in_b += b.strides[i];
      if (++at[i] < a.sizes[i]) break;
      in_a -= a.strides[i] * a.sizes[i], in_b -= b.strides[i] * b.sizes[i];
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

/// Whether the region is one run, of no element perhaps.
constexpr bool is_contiguous(const Region& r) {
  if (r.volume() == 0) return true;
  Index run = 1;
  for (int d = r.sizes.size() - 1; d >= 0; --d) {
    if (r.sizes[d] != 1 && r.strides[d] != run) return false;
    run *= r.sizes[d];
  }
  return true;
}

}  // namespace tenon
