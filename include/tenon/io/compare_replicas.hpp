// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ranks that should hold the same block of a tensor hold the same bytes:
///   compare_replicas(ShardedTensors(files, places));
///   tenon: rank_0/x.ckpt and rank_1/x.ckpt should hold the same slice of layer1.weight, but differ
#include <tenon/core/slab.hpp>
#include <tenon/io/sharded_tensors.hpp>
#include <tenon/io/slice_reader.hpp>

namespace tenon {

/// Told so many bytes more; throws to give up.
using OnBytes = std::function<void(Index)>;

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

namespace detail {

[[noreturn]] inline void refuse_replicas(const std::string& name, const std::string& a,
                                         const std::string& b, const Dims& place) {
  throw Error(std::string(a)
                  .append(" and ")
                  .append(b)
                  .append(" should hold the same slice of ")
                  .append(name)
                  .append(", but differ at the element ")
                  .append(text(place)));
}

/// Within one stage: each slice and the first rank's of its block. Rank by rank, so that few files
/// are open at a time.
inline void compare_within(const ShardedTensors& all, SliceReader& reader,
                           const OnBytes& on_bytes) {
  std::vector<std::map<Index, Index>> first_holder(all.tensors().size());  // by block
  for (Index of_all = 0; of_all < all.places().ranks(); ++of_all)
    for (std::size_t i = 0; i < first_holder.size(); ++i) {
      const ShardedTensor& tensor = all.tensors()[i];
      const Index rank = of_all - tensor.first_rank;
      if (rank < 0 || rank >= tensor.ranks() || !tensor.has(rank)) continue;
      const auto [first, is_new] =
          first_holder[i].emplace(block_number(tensor.distribution, rank), rank);
      if (!is_new)
        if (const auto at = reader.first_difference(tensor, first->second, rank))
          refuse_replicas(tensor.name, all.path(tensor, first->second), all.path(tensor, rank),
                          place_in(tensor.distribution.box(rank), *at));
      on_bytes(tensor.slices[std::size_t(rank)]->bytes());
    }
}

/// Over two stages, which may cut the tensor differently: each block of the second's.
inline void compare_stages(const ShardedTensors& all, const ShardedTensor& first,
                           const ShardedTensor& second, SliceReader& reader) {
  const auto path = [&](const ShardedTensor& of, Index rank) { return all.path(of, rank); };
  if (!(first.shape() == second.shape()) || first.element != second.element)
    throw Error(path(first, 0)
                    .append(" and ")
                    .append(path(second, 0))
                    .append(" are of two stages, of which one has ")
                    .append(first.name)
                    .append(" of ")
                    .append(text(first.element))
                    .append(" ")
                    .append(text(first.shape()))
                    .append(", the other of ")
                    .append(text(second.element))
                    .append(" ")
                    .append(text(second.shape())));
  const Index size = bytes(first.element), most = (Index(1) << 20) / size;
  std::vector<std::byte> a, b;
  std::set<Index> seen;
  for (Index rank = 0; rank < second.ranks(); ++rank) {
    if (!second.has(rank) || !seen.insert(block_number(second.distribution, rank)).second) continue;
    for_each_slab(second.distribution.box(rank), most, [&](const Box& part) {
      for_each_piece(first.distribution, part, 0, [&](Index source, const Box& piece) {
        if (first.find_holder(source) < 0) return;  // some_files: it is not there
        a.resize(std::size_t(volume(piece) * size));
        b.resize(a.size());
        reader.read_box(first, piece, source, a.data());
        reader.read_box(second, piece, rank, b.data());
        const auto differ = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
        if (differ < Index(a.size()))
          refuse_replicas(first.name, path(first, source), path(second, rank),
                          place_in(piece, differ / size));
      });
    });
  }
}

}  // namespace detail

/// @throws Error that names the tensor, two files and the first element that differs, where two
/// ranks, also of two stages, hold the same elements with other bytes.
/// Cost: every file is read once; 2 MiB of memory.
inline void compare_replicas(
    const ShardedTensors& all, const OnBytes& on_bytes = [](Index) {}) {
  SliceReader reader;
  detail::compare_within(all, reader, on_bytes);
  std::map<std::string_view, const ShardedTensor*> first_stage;
  for (const ShardedTensor& tensor : all.tensors()) {
    const auto [first, is_new] = first_stage.emplace(tensor.name, &tensor);
    if (!is_new) detail::compare_stages(all, *first->second, tensor, reader);
  }
}

}  // namespace tenon
