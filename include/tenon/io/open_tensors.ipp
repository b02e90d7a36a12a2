// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What io/open_tensors.hpp declares.
#include <tenon/io/checkpoint.hpp>
#include <tenon/io/safetensors_index.hpp>

namespace tenon {

TENON_DECL TensorFile open_tensors(const std::string& path, Checksum checksum) {
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
