// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor as it lies in a file:  {"layer1.bias", Element::float32, {512}, a chunk of 2048 bytes}
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/core/element.hpp>

namespace tenon {

/// What no file may pass, so that reading one takes no more memory than its own size and a constant
/// (less than 256 MiB).
inline constexpr std::size_t max_name_bytes = 4096, max_stored_tensors = 1 << 18;

struct StoredTensor {
  std::string name;
  Element element = Element::float32;
  Dims shape;                                 // no dimensions: a scalar
  std::vector<std::span<const char>> chunks;  // row-major, little endian, not aligned; in the map
  bool is_string = false;                     // uint32 code points, one an element

  /// Of all chunks together: product(shape) * bytes(element), which the reader has checked.
  Index bytes() const {
    Index sum = 0;
    for (const auto& chunk : chunks) sum += static_cast<Index>(chunk.size());
    return sum;
  }
};

/// The bytes of a tensor of this shape; none when a size is negative, or the product of those that
/// are not 0 too large (so that whoever computes with a shape need not fear for its products).
constexpr std::optional<Index> size_in_bytes(const Dims& shape, Element element) {
  Index size = bytes(element);
  bool empty = false;
  for (Index one : shape) {
    if (one < 0) return {};
    if (one == 0) empty = true;
    else if (__builtin_mul_overflow(size, one, &size)) return {};
  }
  return empty ? 0 : size;
}

}  // namespace tenon
