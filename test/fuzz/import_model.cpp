// SPDX-License-Identifier: Apache-2.0
// What is imported of any bytes that are a model: a graph whose parameters have the bytes that
// their shapes say. (How much memory a graph takes is not the file's size alone: not counted here.)
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/model_file/read_model.hpp>

#include "fuzz.hpp"

using namespace tenon;

namespace {

void import_all(const ModelFile& file) {
  for (const FileTensor& output : file.outputs) {
    ImportOptions options;
    options.output = file.name(output.value);
    for (const FileTensor& input : file.inputs) {
      options.shapes.push_back(input.shape);
      for (Index& size : options.shapes.back())
        if (size < 0) size = 3;
      if (!options.shapes.back().empty() && output.shape.size() % 2) options.shapes.back()[0] = 2;
    }
    const Imported net = import_model(file, options);
    fuzz::require(net.graph.parameters.size() == net.parameters.size());
    for (std::size_t i = 0; i < net.parameters.size(); ++i) {
      const StoredTensor& tensor = net.parameters[i].tensor;
      const Node& node = net.graph.nodes[std::size_t(net.graph.parameters[i])];
      fuzz::require(tensor.name == net.graph.names[node.name]);
      fuzz::require(tensor.shape == node.shape && tensor.element == node.element);
      fuzz::require(!net.parameters[i].has_values ||
                    size_in_bytes(tensor.shape, tensor.element) == tensor.bytes());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (file_kind(bytes) == FileKind::onnx) import_all(parse_onnx(bytes, fuzz::path));
    else import_all(parse_mindir(bytes, fuzz::path));
  } catch (const Error& error) {
    fuzz::require(std::string_view(error.what()).find(fuzz::path) != std::string_view::npos);
  }
  return 0;
}
