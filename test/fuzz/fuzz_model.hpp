// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What holds of every model that was read.
#include <tenon/io/model_file/model_file.hpp>

#include "fuzz.hpp"

namespace tenon::fuzz {

inline void check(const ModelFile& model) {
  for (const StoredTensor& tensor : model.constants)
    require(size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
  std::vector<bool> made(model.values.size());
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = model.values[i].constant >= 0;
  for (const auto* tensors : {&model.inputs, &model.unfilled})
    for (const FileTensor& tensor : *tensors) made[std::size_t(tensor.value)] = true;
  const bool in_order = model.format == ModelFormat::onnx;  // MindIR has values that are text
  for (const FileNode& node : model.nodes) {
    require(node.attributes < int(model.attributes.size()));
    for (int input : node.inputs) {
      require(input >= -1 && input < int(made.size()));
      require(input < 0 || made[std::size_t(input)] || !in_order);
    }
    for (int output : node.outputs)
      if (output >= 0) made[std::size_t(output)] = true;
  }
  for (const FileTensor& output : model.outputs)
    require(output.value >= 0 && output.value < int(made.size()));
}

}  // namespace tenon::fuzz
