// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A number for all bytes of a stored tensor:  content_hash(a) != content_hash(b): they differ
#include <tenon/io/stored_bytes.hpp>

namespace tenon {

/// A fingerprint of the bytes; even where all elements are equal, as in a bias that was never
/// trained: such slices may be the same by chance. Cost: one pass.
inline std::uint64_t content_hash(const StoredTensor& tensor) {
  const Index size = bytes(tensor.element), total = tensor.bytes();
  std::uint64_t hash = 14695981039346656037ull, first = 0;
  bool constant = true;
  std::byte buffer[4096];
  for (Index at = 0; at < total; at += Index(sizeof buffer)) {
    const Index count = std::min<Index>(sizeof buffer, total - at);
    std::memset(buffer, 0, sizeof buffer);
    copy_bytes(tensor, at, count, buffer);
    if (at == 0) std::memcpy(&first, buffer, std::size_t(std::min(size, count)));
    for (Index i = 0; i < count && constant; i += size)
      constant = std::memcmp(buffer + i, &first, std::size_t(size)) == 0;
    for (std::size_t i = 0; i < sizeof buffer; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, buffer + i, 8);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
      hash ^= hash >> 29;
    }
  }
  return constant ? hash & ~std::uint64_t(1) : hash | 1;
}

}  // namespace tenon
