// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One tensor of which the files of several ranks hold slices:
///   tensor.shape() == Dims{784, 512}; tensor.holder(3) is the slice that rank 3 has
#include <memory>
#include <set>

#include <tenon/io/cover.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

/// A tensor over the ranks of one stage.
struct ShardedTensor {
  std::string name;
  Element element = Element::float32;
  bool is_string = false;
  Distribution distribution;                // of the whole shape, over the ranks of the stage
  Index first_rank = 0;                     // of the stage
  std::vector<const StoredTensor*> slices;  // of each rank of the stage; none where it has none
  std::span<const std::unique_ptr<TensorFile>> files;  // that they are in; none: in memory

  const Dims& shape() const { return distribution.shape; }
  Index ranks() const { return Index(slices.size()); }
  bool has(Index rank) const { return slices[std::size_t(rank)] != nullptr; }
  bool is_whole() const { return distribution.cuts.empty(); }
  Index bytes() const { return product(shape()) * tenon::bytes(element); }

  /// The rank whose slice a piece of this rank's block is taken from: itself, or one with a replica
  /// where it has none; -1 where no rank has the block. Cost: a visit of each rank where it has
  /// none.
  Index find_holder(Index rank) const {
    if (has(rank)) return rank;
    const Index wanted = block_number(distribution, rank);
    for (Index other = 0; other < ranks(); ++other)
      if (has(other) && block_number(distribution, other) == wanted) return other;
    return -1;
  }
  /// @throws Error when no rank has the block.
  Index holder(Index rank) const {
    if (const Index found = find_holder(rank); found >= 0) return found;
    throw Error(std::string(name)
                    .append(": ")
                    .append(text(distribution.box(rank)))
                    .append(" of ")
                    .append(text(shape()))
                    .append(" is missing: it is in none of the files that are there"));
  }
  /// @throws Error that names the first block that is missing and the ranks that should have it.
  void prove() const {
    const std::string missing =
        missing_block(distribution, ranks(), [&](Index rank) { return has(rank); });
    if (!missing.empty()) throw Error(std::string(name).append(": ").append(missing));
  }
};

namespace detail {

/// "float32 [784, 256]".
inline std::string kind_text(const StoredTensor& of) {
  return std::string(of.is_string ? "text" : text(of.element)).append(" ").append(text(of.shape));
}
/// Whether they may be slices of one tensor.
inline bool are_alike(const StoredTensor& a, const StoredTensor& b) {
  return a.element == b.element && a.is_string == b.is_string && a.shape.size() == b.shape.size();
}

/// The whole shape: along each dimension the blocks' sizes, as the slices say, added up; a block
/// that no file has counts like the one before it.
/// @throws Error when they add up to more than 2^63 - 1 bytes, dimensions of size 0 aside.
inline Dims whole_shape(const Distribution& cuts, const std::vector<const StoredTensor*>& slices,
                        Element element) {
  Dims shape = cuts.shape, parts;
  for (int d = 0; d < shape.size(); ++d) parts.push_back(cuts.parts(d));
  const auto refuse = [&] {
    throw Error(std::string("blocks as ")
                    .append(text(cuts.shape))
                    .append(", in ")
                    .append(text(parts))
                    .append(" parts, are more than 2^63 - 1 bytes together"));
  };
  for (int d = 0; d < shape.size(); ++d) {
    std::vector<Index> sizes(static_cast<std::size_t>(cuts.parts(d)), -1);
    for (std::size_t rank = 0; rank < slices.size(); ++rank) {
      Index& size = sizes[std::size_t(cuts.block(d, Index(rank)))];
      if (slices[rank] && size < 0) size = slices[rank]->shape[d];
    }
    shape[d] = 0;
    for (Index last = cuts.shape[d]; Index size : sizes) {
      last = size < 0 ? last : size;
      if (__builtin_add_overflow(shape[d], last, &shape[d])) refuse();
    }
  }
  if (!size_in_bytes(shape, element)) refuse();
  return shape;
}

/// Whether that is the whole shape for certain: all blocks are there, or all that are there are of
/// one size, and cuts are taken to be even.
inline bool shape_is_known(const Distribution& cuts,
                           const std::vector<const StoredTensor*>& slices) {
  for (int d = 0; d < cuts.shape.size(); ++d) {
    std::set<Index> blocks, sizes;
    for (std::size_t rank = 0; rank < slices.size(); ++rank)
      if (slices[rank]) {
        blocks.insert(cuts.block(d, Index(rank)));
        sizes.insert(slices[rank]->shape[d]);
      }
    if (Index(blocks.size()) < cuts.parts(d) && sizes.size() > 1) return false;
  }
  return true;
}

}  // namespace detail
}  // namespace tenon
