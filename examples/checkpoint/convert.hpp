// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One file in another format, .ckpt <-> .safetensors, or in the same with another checksum.
#include "transformations.hpp"

namespace tenon::checkpoint {

struct Conversion {
  std::string file, out;
  bool checksum = false, check_crc = false, drop_strings = false;
};

/// @throws Error as open_tensors and write_tensors.
inline Answer converted(const Conversion& c) {
  const TensorFile file = open_tensors(c.file, c.check_crc ? Checksum::checked : Checksum::ignored);
  InputFiles inputs;
  inputs.add(file);
  inputs.check_apart(c.out);
  WriteOptions options{.checksum = c.checksum};
  if (!file.metadata().empty()) options.metadata = file.metadata();
  options.metadata.erase("crc_num");  // of the other file's bytes
  BytesProgress progress("convert");
  Index done = 0, total = 0;
  FilePieces pieces;
  std::vector<TensorSource> tensors;
  const bool has_strings = format_of(c.out) == TensorFormat::checkpoint;
  Transformed result;
  for (const StoredTensor& tensor : file) {
    if (tensor.is_string && !has_strings && c.drop_strings) {
      result.left_out.push_back({tensor.name, "a .safetensors cannot hold a string"});
      continue;
    }
    total += tensor.bytes();
    TensorSource source(
        tensor.name, tensor.element, tensor.shape,
        [&](const Pieces& write) {
          pieces.for_each_part(file, tensor, [&](std::span<const std::byte> part) {
            write({reinterpret_cast<const char*>(part.data()), part.size()});
          });
        },
        tensor.is_string);
    tensors.push_back(
        counted(std::move(source), [&](Index more) { progress.at(done += more, total); }));
  }
  check_format(c.out, tensors, c.checksum);
  tenon::make_folder_of(c.out);
  write_tensors(c.out, tensors, options);
  result.files.push_back({0, c.out, Index(tensors.size()), total});
  return {detail::written_text(result), detail::written_json(result)};
}

}  // namespace tenon::checkpoint
