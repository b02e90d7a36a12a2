// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank's part of an exchange, in memory's terms: what to give, what to take, what to keep.
/// Nothing but numbers, so that any transport can run it.
#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <tenon/core/element.hpp>
#include <tenon/core/region.hpp>

namespace tenon {

struct ExchangeProgram {
  /// A block for another rank: a region of what this one holds. Of several sums (see Piece) its
  /// first dimension counts these.
  struct Gift {
    int to;
    Region from;
  };
  /// A block of the result, from another rank or (own) from what this one holds. `add`: it is a
  /// summand that joins those before it. Where sums are joined as a tree, it is `joins.size()`
  /// sums, and after each of them so many times the last two that are left become one.
  struct Piece {
    int source;
    bool own, add;
    Region from, to;
    std::vector<int> joins = {};

    int sums() const { return joins.empty() ? 1 : int(joins.size()); }
  };
  std::vector<Gift> gifts;
  std::vector<Piece> pieces;  // in the order of their blocks: sums are added in this order
  Element element = Element::float32;
  Dims held;    // sizes of the block that this rank holds
  Dims result;  // sizes of this rank's block of the result

  bool sums() const {
    for (const Piece& piece : pieces)
      if (piece.add) return true;
    return false;
  }
};

namespace detail {

template <class T>
void copy(const T* x, const Region& from, T* y, const Region& to) {
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    std::memmove(y + out, x + in, std::size_t(run) * sizeof(T));
  });
}

}  // namespace detail

/// y[to] = x[from].
inline void copy(Element element, const void* x, const Region& from, void* y, const Region& to) {
  const auto as = [&](auto zero) {
    using T = decltype(zero);
    detail::copy(static_cast<const T*>(x), from, static_cast<T*>(y), to);
  };
  if (bytes(element) == 8) as(std::int64_t());
  else if (bytes(element) == 4) as(std::int32_t());
  else if (bytes(element) == 2) as(std::int16_t());
  else as(std::int8_t());
}

/// Of a region of several sums, the i-th.
inline Region sum_of(const Region& region, int sums, int i) {
  if (sums == 1) return region;
  Region one{region.first + i * region.strides[0], {}, {}};
  for (int d = 1; d < region.sizes.size(); ++d)
    one.sizes.push_back(region.sizes[d]), one.strides.push_back(region.strides[d]);
  return one;
}

/// The region's elements one after the other.
inline Region packed(const Region& region) { return {0, region.sizes, strides(region.sizes)}; }

}  // namespace tenon
