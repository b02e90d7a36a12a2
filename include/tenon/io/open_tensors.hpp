// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Opens tensors of whatever format, told by what is in the file and not by its name:
///   open_tensors("x.ckpt").at("w"); open_tensors("model.safetensors.index.json").at("w")
#include <tenon/core/separate.hpp>
#include <tenon/io/checksum.hpp>
#include <tenon/io/tensor_file.hpp>

namespace tenon {

/// @throws Error as Checkpoint, Safetensors and read_safetensors_index; also when a checksum is to
/// be checked of a format that has none.
TENON_DECL TensorFile open_tensors(const std::string& path, Checksum checksum = Checksum::ignored);

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/io/open_tensors.ipp>
#endif
