// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The shapes of a model file's inputs, as a user asks for them:
///   asked_shapes(read_model("mlp.onnx"), {{"x", {32, 28, 28}}})
#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/model_file.hpp>
#include <tenon/model/build_options.hpp>

namespace tenon {

/// As they were asked for; else the file's, where an open batch is one row.
inline std::vector<Dims> asked_shapes(const ModelFile& file, const std::vector<InputShape>& asked) {
  std::vector<Dims> shapes;
  std::string names;
  for (const FileTensor& input : file.inputs) {
    names.append(names.empty() ? "" : ", ").append(file.name(input.value));
    shapes.push_back(input.shape);
    if (!input.shape.empty() && input.shape[0] < 0) shapes.back()[0] = 1;
  }
  std::vector<bool> given(shapes.size());
  std::size_t next = 0;
  for (const InputShape& one : asked) {
    std::size_t at = next++;
    if (!one.name.empty())
      for (at = 0; at < shapes.size() && file.name(file.inputs[at].value) != one.name;) ++at;
    if (at >= shapes.size())
      throw Error(sentence("a shape is given for the input ",
                           one.name.empty() ? std::to_string(at) : one.name, "; ", file.path,
                           " has ", names));
    shapes[at] = one.shape;
    given[at] = true;
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const FileTensor& input = file.inputs[i];
    if (given[i] || (input.has_shape && !contains(shapes[i], Index(-1)))) continue;
    throw Error(sentence("the input ", file.name(input.value), " of ", file.path,
                         input.has_shape ? sentence(" is ", text(input.shape), ", where -1 is open")
                                         : std::string(" has no shape there"),
                         "; legal: a shape for it in BuildOptions::shapes, or --input-shape \"",
                         file.name(input.value), ":1,128\""));
  }
  return shapes;
}

}  // namespace tenon
