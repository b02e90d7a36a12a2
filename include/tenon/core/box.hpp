// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A box of a tensor, half open in every dimension:  Box{{0, 16}, {256, 512}} is rows 0..15 of
/// columns 256..511.
#include <tenon/core/dims.hpp>

namespace tenon {

struct Interval {
  Index first = 0, last = 0;
  constexpr Index size() const { return last - first; }
  friend constexpr bool operator==(const Interval&, const Interval&) = default;
};

constexpr Interval intersection(Interval a, Interval b) {
  const Interval both{a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last};
  return both.last > both.first ? both : Interval{both.first, both.first};
}

/// Block k of p of a dimension of size S is [k*S/p, (k+1)*S/p): sizes differ by one at most, and
/// blocks are empty where S < p. Where p divides S it is MindSpore's equal block.
constexpr Interval balanced_block(Index size, Index parts, Index k) {
  const Index each = size / parts, rest = size % parts;  // k*S/p without passing 2^63
  return {k * each + k * rest / parts, (k + 1) * each + (k + 1) * rest / parts};
}

/// The block of p that holds an element: k*S/p <= element < (k+1)*S/p.
constexpr Index block_of(Index size, Index parts, Index element) {
  const Index each = size / parts, rest = size % parts;
  if (each == 0) return (parts * (element + 1) - 1) / size;  // blocks of one or none
  Index k = element / (each + (rest > 0));  // blocks are no larger: at most so many before it
  while (balanced_block(size, parts, k).last <= element)
    k += 1 + (element - balanced_block(size, parts, k).last) / (each + 1);
  return k;
}

using Box = Vector<Interval, max_dimensions>;

constexpr Dims sizes(const Box& box) {
  Dims dims;
  for (const Interval& i : box) dims.push_back(i.size());
  return dims;
}
/// 0 where any interval is empty. @throws Error when it passes 2^63 - 1.
constexpr Index volume(const Box& box) {
  Index v = 1;
  bool fits = true;
  for (const Interval& i : box) {
    if (i.last == i.first) return 0;
    fits = fits && !__builtin_mul_overflow(v, i.last - i.first, &v);
  }
  if (!fits) throw Error("a size of more than 2^63 - 1 elements");
  return v;
}

constexpr Box intersection(const Box& a, const Box& b) {
  Box both;
  for (int d = 0; d < a.size(); ++d) both.push_back(intersection(a[d], b[d]));
  return both;
}

/// The box of a whole tensor.
constexpr Box whole_box(const Dims& shape) {
  Box box;
  for (Index size : shape) box.push_back({0, size});
  return box;
}

inline std::string text(Interval i) {
  return std::to_string(i.first).append(":").append(std::to_string(i.last));
}

}  // namespace tenon
