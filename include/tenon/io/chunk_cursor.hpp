// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Bytes of a tensor in its chunks, for whoever goes forward in it: each chunk is passed once.
///   chunks of 8 and 64 bytes; bytes [6, 10) are 2 of the first from byte 6 and 2 of the second
#include <algorithm>
#include <string>

#include <tenon/core/region.hpp>

namespace tenon {

/// What is wrong with a region of a tensor whose chunks hold so many bytes; "" where it lies in
/// them.  @pre strides of 0 or more
inline std::string region_mistake(const Region& region, Index element_bytes, Index held) {
  if (region.volume() == 0) return "";
  Index last = region.first;
  bool fits = last >= 0;
  for (int d = 0; d < region.sizes.size(); ++d) {
    Index further = 0;
    fits = fits && !__builtin_mul_overflow(region.sizes[d] - 1, region.strides[d], &further) &&
           !__builtin_add_overflow(last, further, &last);
  }
  if (fits && last < held / element_bytes) return "";
  return std::string("elements from ")
      .append(text(region.first))
      .append(fits ? " to " + text(last) : " on")
      .append(" are wanted of ")
      .append(text(held / element_bytes));
}

class ChunkCursor {
 public:
  /// visit(chunk's number, first byte in it, count) for bytes [first, first + count), in order.
  /// @param size_of size_of(i): bytes of chunk i  @pre the bytes lie in the chunks
  void visit(Index first, Index count, auto&& size_of, auto&& visit) {
    if (first < before_) chunk_ = 0, before_ = 0;
    while (count > 0) {
      Index size = size_of(chunk_);
      while (first >= before_ + size) before_ += size, size = size_of(++chunk_);
      const Index part = std::min(count, before_ + size - first);
      visit(chunk_, first - before_, part);
      first += part, count -= part;
    }
  }

 private:
  std::size_t chunk_ = 0;
  Index before_ = 0;  // bytes of the chunks before it
};

}  // namespace tenon
