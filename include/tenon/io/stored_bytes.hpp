// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Bytes of a stored tensor, wherever its chunks lie in the map.
#include <cstring>

#include <tenon/io/chunk_cursor.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

/// Copies a region of the stored tensor into one of a block in memory.  @pre equal sizes.
/// @throws Error that names the tensor when the region leaves its bytes.
inline void copy_region(const StoredTensor& tensor, const Region& from, std::byte* block,
                        const Region& to) {
  const Index size = bytes(tensor.element);
  const std::string mistake = region_mistake(from, size, tensor.bytes());
  if (!mistake.empty()) throw Error(std::string(tensor.name).append(": ").append(mistake));
  ChunkCursor cursor;
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    std::byte* here = block + out * size;
    cursor.visit(
        in * size, run * size, [&](std::size_t i) { return Index(tensor.chunks[i].size()); },
        [&](std::size_t i, Index first, Index count) {
          std::memcpy(here, tensor.chunks[i].data() + first, std::size_t(count));
          here += count;
        });
  });
}

/// Copies elements [first, first + count) of the tensor. @throws Error as copy_region.
inline void copy_elements(const StoredTensor& tensor, Index first, Index count, std::byte* to) {
  copy_region(tensor, {first, {count}, {1}}, to, {0, {count}, {1}});
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
