// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Opens tensors of whatever format, told by what is in the file and not by its name:
///   open_tensors("x.ckpt").at("w"); open_tensors("model.safetensors.index.json").at("w")
#include <tenon/io/checkpoint.hpp>
#include <tenon/io/safetensors_index.hpp>

namespace tenon {

/// @throws Error as Checkpoint, Safetensors and read_safetensors_index; also when a checksum is to
/// be checked of a format that has none.
inline TensorFile open_tensors(const std::string& path, Checksum checksum = Checksum::ignored) {
  MappedFile file(path);
  const FileKind kind = file_kind(file.bytes());
  if (kind != FileKind::safetensors && kind != FileKind::json)
    return Checkpoint(std::move(file), checksum);
  if (checksum == Checksum::checked)
    cannot_read(path, std::string("its checksum is to be checked, but it is ").append(text(kind))
                          .append(", which has none"));
  if (kind == FileKind::json) return read_safetensors_index(path);
  return Safetensors(std::move(file));
}

}  // namespace tenon
