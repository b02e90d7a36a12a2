// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Sizes, one for each dimension:  Dims{32, 28, 28};  product(Dims{32, 28, 28}) == 25088.
#include <cstdint>
#include <string>

#include <tenon/core/vector.hpp>

namespace tenon {

using Index = std::int64_t;
inline constexpr int max_dimensions = 8;
using Dims = Vector<Index, max_dimensions>;

/// 0 where any size is 0. @throws Error when the product passes 2^63 - 1.
constexpr Index product(const auto& dims) {
  Index p = 1;
  bool fits = true;
  for (Index size : dims) {
    if (size == 0) return 0;
    fits = fits && !__builtin_mul_overflow(p, size, &p);
  }
  if (!fits) throw Error("a size of more than 2^63 - 1 elements");
  return p;
}

/// "[32, 28, 28]"; a list of lists prints the same way.
inline std::string text(Index number) { return std::to_string(number); }
std::string text(const auto& items) {
  std::string s = "[";
  for (int i = 0; i < int(items.size()); ++i) {
    if (i) s += ", ";
    s += text(items[i]);
  }
  return s += "]";
}

}  // namespace tenon
