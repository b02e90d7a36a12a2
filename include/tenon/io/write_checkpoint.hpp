// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes MindSpore's checkpoint, to the last byte what MindSpore writes of the same content:
///   write_checkpoint("x.ckpt", std::vector<TensorSource>{...});
///   write_checkpoint("y.ckpt", Checkpoint("x.ckpt"), {.checksum = true});
#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <set>

#include <tenon/io/atomic_write.hpp>
#include <tenon/io/checkpoint_values.hpp>
#include <tenon/io/checksum.hpp>
#include <tenon/io/tensor_source.hpp>

namespace tenon {

struct CheckpointOptions {
  bool checksum = false;                // MindSpore: crc_check
  mode_t mode = 0400;                   // as MindSpore's: nobody changes it by accident
  Index slice_bytes = Index(512) << 20;  // a larger tensor is several values
};

namespace detail {

/// value { tag, tensor { dims..., tensor_type, tensor_content } } up to the `content` bytes.
inline std::string value_header(const TensorSource& source, Index content) {
  const auto varint = [](std::string& bytes, std::uint64_t number) {
    char buffer[protozero::max_varint_length];
    bytes.append(buffer, std::size_t(protozero::add_varint_to_buffer(buffer, number)));
  };
  std::string tensor, value, header;
  protozero::pbf_writer tensor_writer(tensor), value_writer(value);
  if (source.is_string) tensor_writer.add_int64(1, 0);
  else for (Index size : source.shape) tensor_writer.add_int64(1, size);
  const std::string_view type = type_of_element(source.element, source.is_string);
  tensor_writer.add_string(2, type.data(), type.size());
  const auto size = static_cast<std::uint64_t>(content);
  tensor += '\x1a';
  varint(tensor, size);
  value_writer.add_string(1, source.name);
  value += '\x12';
  varint(value, tensor.size() + size);
  header += '\x0a';
  varint(header, value.size() + tensor.size() + size);
  return header.append(value).append(tensor);
}

/// The values of one tensor, `slice_bytes` of content in each but the last.
inline void write_values(const TensorSource& source, const std::string& path, Index slice_bytes,
                         const Pieces& write) {
  Index to_come = size_in_bytes(source.shape, source.element).value_or(0), room = 0;
  if (to_come == 0) write(value_header(source, 0));
  produce_all(source, path, [&](std::span<const char> piece) {
    while (!piece.empty()) {
      if (room == 0) {
        room = std::min(slice_bytes, to_come);
        to_come -= room;
        write(value_header(source, room));
      }
      const auto count = std::min(piece.size(), static_cast<std::size_t>(room));
      write(piece.first(count));
      piece = piece.subspan(count);
      room -= static_cast<Index>(count);
    }
  });
}

}  // namespace detail

/// Replaces `path` by a checkpoint of the tensors (anything that converts to TensorSource), in
/// their order. No tensor is copied; memory does not grow with their size.
/// @throws Error when a name is empty, too long or doubled, bytes and shape disagree, or the disk
/// is full; `path` is then as before. MindSpore: save_checkpoint (which drops empty tensors).
void write_checkpoint(const std::string& path, const auto& tensors,
                      const CheckpointOptions& options = {}) {
  if (options.slice_bytes < 1) cannot_write(path, "slices of no bytes; legal: 1 or more");
  AtomicFile file(path, options.mode);
  uLong checksum = 0;
  const Pieces write = [&](std::span<const char> bytes) {
    if (options.checksum)
      checksum = ::crc32_z(checksum, reinterpret_cast<const unsigned char*>(bytes.data()),
                           bytes.size());
    file.write(bytes);
  };
  std::set<std::string> names;
  for (const auto& tensor : tensors) {
    const TensorSource& source = tensor;
    if (source.name.empty() || source.name.size() > max_name_bytes)
      cannot_write(path, "a tensor has a name of no or of more than 4096 bytes");
    if (!names.insert(source.name).second)
      cannot_write(path, std::string("two tensors are named ").append(source.name));
    detail::write_values(source, path, options.slice_bytes, write);
  }
  if (names.empty()) cannot_write(path, "a checkpoint of no tensors, which MindSpore refuses");
  if (options.checksum) file.write(checksum_trailer(checksum));
  file.commit();
}

}  // namespace tenon
