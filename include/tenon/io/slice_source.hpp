// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Any box of a tensor whose slices are in several files, to be written somewhere else:
///   write_checkpoint("x.ckpt", std::vector{slice_source(tensor, whole_box(tensor.shape()))});
#include <tenon/core/slab.hpp>
#include <tenon/io/sharded_tensors.hpp>
#include <tenon/io/stored_bytes.hpp>
#include <tenon/io/tensor_source.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

/// Copies a box of the tensor to memory, row-major: each piece from the file that has it, the
/// given rank's (of its stage) where it may.
inline void copy_box(const ShardedTensor& tensor, const Box& wanted, Index near, std::byte* to) {
  const Distribution& from = tensor.distribution;
  for_each_piece(
      from, wanted, near % Index(tensor.slices.size()), [&](Index rank, const Box& piece) {
        copy_region(tensor.holder(rank), region(piece, from.box(rank)), to, region(piece, wanted));
      });
}

/// A box of the tensor; the tensor's files must live until it is written.
/// Cost: 4 MiB of memory; each byte is copied once.
inline TensorSource slice_source(const ShardedTensor& tensor, const Box& box, Index near = 0) {
  return {tensor.name, tensor.element, sizes(box),
          [&tensor, box, near](const Pieces& write) {
            constexpr Index most_bytes = Index(4) << 20;
            const Index size = bytes(tensor.element);
            std::vector<std::byte> slab;
            for_each_slab(box, most_bytes / size, [&](const Box& part) {
              slab.resize(std::size_t(volume(part) * size));
              copy_box(tensor, part, near, slab.data());
              write({reinterpret_cast<const char*>(slab.data()), slab.size()});
            });
          },
          tensor.is_string};
}

}  // namespace tenon
