// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The slices of sharded tensors, read from whichever files have them:
///   SliceReader reader; reader.read_box(tensor, {{0, 4}, {256, 512}}, 0, to);
#include <optional>

#include <tenon/io/content_hash.hpp>
#include <tenon/io/file_pieces.hpp>
#include <tenon/io/sharded_tensor.hpp>
#include <tenon/io/stored_bytes.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

/// It keeps no more than 64 files open; a file that is cut short or replaced meanwhile is an Error.
class SliceReader {
 public:
  /// Reads a region of a rank's own slice into one of a block.  @pre tensor.has(rank)
  void read(const ShardedTensor& tensor, Index rank, const Region& from, std::byte* block,
            const Region& to) {
    const StoredTensor& slice = *tensor.slices[std::size_t(rank)];
    if (tensor.files.empty()) copy_region(slice, from, block, to);
    else pieces_.read(*tensor.files[std::size_t(rank)], slice, from, block, to);
  }
  /// Reads a box of the tensor, row-major: each piece from the file that has it, the given rank's
  /// (of its stage) where it may.  @throws Error when a piece is in no file.
  void read_box(const ShardedTensor& tensor, const Box& wanted, Index near, std::byte* to) {
    const Distribution& from = tensor.distribution;
    for_each_piece(from, wanted, near % tensor.ranks(), [&](Index rank, const Box& piece) {
      read(tensor, tensor.holder(rank), region(piece, from.box(rank)), to, region(piece, wanted));
    });
  }
  /// The first element in which the slices of two ranks differ, none where their bytes are equal.
  /// @pre both have one, of one shape.  Cost: one pass, 2 MiB of memory.
  std::optional<Index> first_difference(const ShardedTensor& tensor, Index a, Index b) {
    const Index size = bytes(tensor.element), most = (Index(1) << 20) / size;
    const Index all = product(tensor.slices[std::size_t(a)]->shape);
    std::vector<std::byte> in_a, in_b;
    for (Index first = 0; first < all; first += most) {
      const Dims count{std::min(most, all - first)};
      in_a.resize(std::size_t(count[0] * size));
      in_b.resize(in_a.size());
      read(tensor, a, {first, count, {1}}, in_a.data(), {0, count, {1}});
      read(tensor, b, {first, count, {1}}, in_b.data(), {0, count, {1}});
      const auto at = std::mismatch(in_a.begin(), in_a.end(), in_b.begin()).first - in_a.begin();
      if (at < Index(in_a.size())) return first + at / size;
    }
    return {};
  }
  /// A number for all bytes of a rank's slice.  @pre tensor.has(rank)
  std::uint64_t content_hash(const ShardedTensor& tensor, Index rank) {
    const StoredTensor& slice = *tensor.slices[std::size_t(rank)];
    if (tensor.files.empty()) return tenon::content_hash(slice);
    ContentHash hash(slice.element);
    pieces_.for_each_part(*tensor.files[std::size_t(rank)], slice,
                          [&](std::span<const std::byte> part) { hash.add(part); });
    return hash.value();
  }

 private:
  FilePieces pieces_;
};

}  // namespace tenon
