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
  /// A block for another rank: a region of what this one holds.
  struct Gift {
    int to;
    Region from;
  };
  /// A block of the result, from another rank or (own) from what this one holds. `add`: it is a
  /// summand that joins those before it.
  struct Piece {
    int source;
    bool own, add;
    Region from, to;
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
void copy_or_add(const T* x, const Region& from, T* y, const Region& to, bool add) {
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    if (add)
      for (Index i = 0; i < run; ++i) y[out + i] += x[in + i];
    else std::memmove(y + out, x + in, std::size_t(run) * sizeof(T));
  });
}

}  // namespace detail

/// y[to] = x[from], or += for floating sums.
inline void copy(Element element, const void* x, const Region& from, void* y, const Region& to,
                 bool add = false) {
  const auto as = [&](auto zero) {
    using T = decltype(zero);
    detail::copy_or_add(static_cast<const T*>(x), from, static_cast<T*>(y), to, add);
  };
  if (element == Element::float32) as(float());
  else if (element == Element::float64) as(double());
  else if (bytes(element) == 8) as(std::int64_t());
  else if (bytes(element) == 4) as(std::int32_t());
  else if (bytes(element) == 2) as(std::int16_t());
  else as(std::int8_t());
}

/// The region's elements one after the other.
inline Region packed(const Region& region) { return {0, region.sizes, strides(region.sizes)}; }

}  // namespace tenon
