// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A trained network as a file says it, ONNX or MindIR in one form: nodes that read and make
/// values.
///   ModelFile m = read_model("mlp.onnx");
///   m.nodes[1].type == "Gemm";  m.name(m.nodes[1].inputs[1]) == "layer1.weight"
///   m.constants[0].shape == Dims{784, 512}
#include <vector>

#include <tenon/io/mapped_file.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

enum class ModelFormat : std::uint8_t { onnx, mindir };

constexpr std::string_view text(ModelFormat format) {
  return format == ModelFormat::onnx ? "ONNX" : "MindIR";
}

/// What no model may pass, so that reading one takes no more memory than its size and a constant.
inline constexpr std::size_t max_model_values = std::size_t(1) << 20,
                             max_model_operands = std::size_t(1) << 22;

/// A node's attribute: one number or many, or text. (A tensor is a constant, and an input.)
struct FileAttribute {
  std::string name;
  std::vector<Index> integers;
  std::vector<double> reals;
  std::string text;
};

/// An operation. Values are numbers: ModelFile::values says their names.
struct FileNode {
  std::string name;          // MindIR: its scope, as Default/layer1-Dense/MatMul-op0
  std::string type;          // "Gemm"; of another domain than ONNX' own: "com.microsoft.Gelu"
  std::vector<int> inputs;   // -1: an optional one that is left out
  std::vector<int> outputs;  // -1: one that nobody reads
  int attributes = -1;       // of ModelFile::attributes; none. MindIR's nodes share them
};

struct FileValue {
  std::string name;
  int constant = -1;  // of ModelFile::constants; none: an input, a parameter, or made by a node
};

/// What the network is given or gives, or a parameter.
struct FileTensor {
  int value = -1;
  bool has_shape = false;  // ONNX may leave it out
  Dims shape;              // -1: a dimension that the file leaves open
  Element element = Element::float32;
};

/// Movable; constants are in its files, or owned where the file has no row-major bytes of them.
struct ModelFile {
  ModelFormat format = ModelFormat::onnx;
  Index opset = 0;  // ONNX: the version of its operators
  std::vector<FileValue> values;
  std::vector<FileNode> nodes;  // whatever a node reads was made before it
  std::vector<std::vector<FileAttribute>> attributes;
  std::vector<FileTensor> inputs, outputs;
  std::vector<FileTensor> unfilled;  // parameters whose values a checkpoint must give
  std::vector<StoredTensor> constants;
  std::vector<MappedFile> files;  // the model first, then those that its tensors lie in
  std::vector<std::vector<char>> owned;
  std::string path;

  /// Of a value; "" of none.
  std::string_view name(int value) const {
    return value < 0 ? std::string_view() : values[std::size_t(value)].name;
  }
  /// The constant that a value is; none.
  const StoredTensor* constant(int value) const {
    const int at = value < 0 ? -1 : values[std::size_t(value)].constant;
    return at < 0 ? nullptr : &constants[std::size_t(at)];
  }
  /// A node's attribute; none.
  const FileAttribute* attribute(const FileNode& node, std::string_view wanted) const {
    if (node.attributes < 0) return nullptr;
    for (const FileAttribute& one : attributes[std::size_t(node.attributes)])
      if (one.name == wanted) return &one;
    return nullptr;
  }
};

}  // namespace tenon
