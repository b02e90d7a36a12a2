// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Any box of a tensor whose slices are in several files, to be written somewhere else:
///   write_checkpoint("x.ckpt", std::vector{slice_source(tensor, whole_box(tensor.shape()))});
#include <memory>

#include <tenon/core/slab.hpp>
#include <tenon/io/slice_reader.hpp>
#include <tenon/io/tensor_source.hpp>

namespace tenon {

/// A box of the tensor; the tensor's files must live until it is written.
/// @param reader which sources may share, so that files are opened once
/// Cost: 4 MiB of memory, and up to 16 MiB of a file mapped; each byte is copied once.
inline TensorSource slice_source(
    const ShardedTensor& tensor, const Box& box, Index near = 0,
    std::shared_ptr<SliceReader> reader = std::make_shared<SliceReader>()) {
  return {tensor.name, tensor.element, sizes(box),
          [&tensor, box, near, reader = std::move(reader)](const Pieces& write) {
            constexpr Index most_bytes = Index(4) << 20;
            const Index size = bytes(tensor.element);
            std::vector<std::byte> slab;
            for_each_slab(box, most_bytes / size, [&](const Box& part) {
              slab.resize(std::size_t(volume(part) * size));
              reader->read_box(tensor, part, near, slab.data());
              write({reinterpret_cast<const char*>(slab.data()), slab.size()});
            });
          },
          tensor.is_string};
}

}  // namespace tenon
