// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where two stored tensors of one shape differ:  first_difference(a, b) == 17, or none.
#include <cstring>
#include <optional>

#include <tenon/core/box.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

/// The first element of which the bytes differ; so -0.0 is not 0.0, and a NaN is itself. None where
/// all are equal.  @pre equal elements and shapes. Cost: one pass, no memory.
inline std::optional<Index> first_difference(const StoredTensor& a, const StoredTensor& b) {
  std::size_t in_a = 0, in_b = 0;  // chunks
  std::span<const char> rest_a, rest_b;
  const auto more = [](std::span<const char>& rest, std::size_t& next, const StoredTensor& of) {
    while (rest.empty() && next < of.chunks.size()) rest = of.chunks[next++];
    return !rest.empty();
  };
  for (Index at = 0; more(rest_a, in_a, a) && more(rest_b, in_b, b);) {
    const std::size_t count = std::min(rest_a.size(), rest_b.size());
    if (std::memcmp(rest_a.data(), rest_b.data(), count) != 0) {
      std::size_t i = 0;
      while (rest_a[i] == rest_b[i]) ++i;
      return (at + Index(i)) / bytes(a.element);
    }
    rest_a = rest_a.subspan(count), rest_b = rest_b.subspan(count);
    at += Index(count);
  }
  return {};
}

/// The place of an element in a block of the tensor:  place_in({{0, 4}, {256, 512}}, 257) ==
/// {1, 257}
inline Dims place_in(const Box& block, Index element) {
  Dims place = sizes(block);
  for (int d = block.size() - 1; d >= 0; --d) {
    const Index size = block[d].size();
    place[d] = block[d].first + element % size;
    element /= size;
  }
  return place;
}

}  // namespace tenon
