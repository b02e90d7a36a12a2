// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A number for all bytes of a tensor:  content_hash(a) != content_hash(b): they differ.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <tenon/io/stored_tensor.hpp>

namespace tenon {

/// Takes the bytes part by part; how they are cut does not matter. It tells damage and mistakes,
/// not malice.
class ContentHash {
 public:
  explicit ContentHash(Element element) : element_bytes_(std::size_t(bytes(element))) {}

  void add(std::span<const std::byte> part) {
    while (!part.empty()) {
      if (filled_ == 0 && part.size() >= block_.size()) {
        take(part.data());
        part = part.subspan(block_.size());
        continue;
      }
      const std::size_t count = std::min(part.size(), block_.size() - filled_);
      std::memcpy(block_.data() + filled_, part.data(), count);
      filled_ += count;
      part = part.subspan(count);
      if (filled_ == block_.size()) take(block_.data()), filled_ = 0;
    }
  }
  /// Of all that was added; even where all elements are equal, as in a bias that was never trained:
  /// such slices may be the same by chance.
  std::uint64_t value() {
    if (filled_ > 0) {
      equal_ = equal_ && is_periodic(block_.data(), filled_);
      std::memset(block_.data() + filled_, 0, block_.size() - filled_);
      mix(block_.data());
      filled_ = 0;
    }
    std::uint64_t hash = blocks_;
    for (std::uint64_t lane : lanes_) hash = mixed(hash, lane);
    return equal_ ? hash & ~std::uint64_t(1) : hash | 1;
  }

 private:
  static std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
    return hash ^ hash >> 29;
  }
  /// Whether the bytes are equal elements, the same as those of the blocks before.
  bool is_periodic(const std::byte* data, std::size_t count) {
    const std::size_t size = std::min(element_bytes_, count);
    if (blocks_ == 0) std::memcpy(first_.data(), data, size);
    return std::memcmp(first_.data(), data, size) == 0 &&
           std::memcmp(data, data + size, count - size) == 0;
  }
  void take(const std::byte* data) {
    equal_ = equal_ && is_periodic(data, block_.size());
    mix(data);
  }
  void mix(const std::byte* data) {
    std::array<std::uint64_t, 4> words;  // four chains: one waits for its products
    for (std::size_t at = 0; at < block_.size(); at += sizeof words) {
      std::memcpy(words.data(), data + at, sizeof words);
      for (std::size_t i = 0; i < words.size(); ++i) lanes_[i] = mixed(lanes_[i], words[i]);
    }
    ++blocks_;
  }

  std::size_t element_bytes_, filled_ = 0;
  std::uint64_t blocks_ = 0;
  bool equal_ = true;
  std::array<std::byte, 8> first_{};
  std::array<std::byte, 4096> block_;
  std::array<std::uint64_t, 4> lanes_{0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0,
                                      0x082EFA98EC4E6C89};  // digits of pi
};

/// Cost: one pass.
inline std::uint64_t content_hash(const StoredTensor& tensor) {
  ContentHash hash(tensor.element);
  for (const auto& chunk : tensor.chunks) hash.add(std::as_bytes(chunk));
  return hash.value();
}

}  // namespace tenon
