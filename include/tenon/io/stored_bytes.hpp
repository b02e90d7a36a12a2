// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Bytes of a stored tensor, wherever its chunks lie in the map.
#include <cstring>

#include <tenon/core/region.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

/// Copies bytes [first, first + count) of the tensor.
inline void copy_bytes(const StoredTensor& tensor, Index first, Index count, std::byte* to) {
  for (const auto& chunk : tensor.chunks) {
    if (count == 0) return;
    const Index here = std::min(count, Index(chunk.size()) - first);
    if (here > 0) {
      std::memcpy(to, chunk.data() + first, std::size_t(here));
      to += here, count -= here, first = 0;
    } else {
      first -= Index(chunk.size());
    }
  }
}

/// Copies a region of the stored tensor into one of a block in memory.  @pre equal sizes.
inline void copy_region(const StoredTensor& tensor, const Region& from, std::byte* block,
                        const Region& to) {
  const Index size = bytes(tensor.element);
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    copy_bytes(tensor, in * size, run * size, block + out * size);
  });
}

/// Where a region lies in one piece of the map; none where it is in several, or not aligned for its
/// elements, so that it has to be copied.
inline const std::byte* bytes_in_place(const StoredTensor& tensor, const Region& region) {
  const Index size = bytes(tensor.element);
  if (!is_contiguous(region)) return nullptr;
  Index first = region.first * size;
  for (const auto& chunk : tensor.chunks) {
    if (first >= Index(chunk.size())) {
      first -= Index(chunk.size());
      continue;
    }
    const bool fits = first + region.volume() * size <= Index(chunk.size());
    const auto* data = reinterpret_cast<const std::byte*>(chunk.data() + first);
    return fits && reinterpret_cast<std::uintptr_t>(data) % std::uintptr_t(size) == 0 ? data
                                                                                      : nullptr;
  }
  return nullptr;
}

}  // namespace tenon
