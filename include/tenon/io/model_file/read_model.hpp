// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model of whatever format, told by what is in the file and not by its name:
///   read_model("mlp.onnx").nodes.size();  read_model("mlp.mindir").inputs[0].shape
#include <tenon/io/model_file/mindir.hpp>
#include <tenon/io/model_file/onnx.hpp>

namespace tenon {

/// @throws Error as read_onnx and read_mindir; also when the file is neither.
inline ModelFile read_model(const std::string& path) {
  const FileKind kind = file_kind(MappedFile(path).bytes());
  if (kind == FileKind::onnx) return read_onnx(path);
  if (kind == FileKind::mindir || is_encrypted(kind)) return read_mindir(path);
  throw Error(std::string(path)
                  .append(kind == FileKind::empty ? " is " : " is no model: it is ")
                  .append(kind == FileKind::unknown ? "of no known format" : text(kind))
                  .append("; legal: ONNX and MindIR"));
}

}  // namespace tenon
