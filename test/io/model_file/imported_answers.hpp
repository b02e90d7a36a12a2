// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a model file answers, node by node on one rank:
///   answer(import_model(file), {x})  and, of files with samples, Sample("conv.mindir").distance()
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/model_file/read_model.hpp>
#include <tenon/io/safetensors.hpp>

#include "../../plan/virtual_machine.hpp"
#include "../files.hpp"

namespace tenon::test {

inline Whole whole_of(const StoredTensor& tensor) {
  Whole whole(tensor.shape, tensor.element);
  copy_elements(tensor, 0, product(tensor.shape), whole.memory.data());
  return whole;
}

inline Whole answer(const Imported& net, const std::vector<Whole>& inputs) {
  NamedTensors parameters;
  for (const ImportedParameter& one : net.parameters) {
    REQUIRE(one.has_values);
    parameters.emplace(one.tensor.name, whole_of(one.tensor));
  }
  return evaluate(net.graph, inputs, parameters);
}

/// A file of test/data/models, its inputs, and what the program that wrote it answered.
struct Sample {
  ModelFile file;
  Safetensors values;

  explicit Sample(const std::string& name)
      : file(read_model(model(name))), values(model(name + ".safetensors")) {}

  std::vector<Whole> inputs() const {
    std::vector<Whole> list;
    for (std::size_t i = 0; i < file.inputs.size(); ++i)
      list.push_back(whole_of(values.at("x" + std::to_string(i))));
    return list;
  }
  ImportOptions options(std::size_t output = 0) const {
    ImportOptions options;
    for (const Whole& input : inputs()) options.shapes.push_back(input.shape);
    options.output = file.name(file.outputs[output].value);
    return options;
  }
  Whole expected(std::size_t output = 0) const {
    return whole_of(values.at("y" + std::to_string(output)));
  }
  /// How far the import's answer is from it; infinite where the shapes differ.
  double distance(std::size_t output = 0) const { return distance(output, options(output)); }
  double distance(std::size_t output, const ImportOptions& options) const {
    const Whole got = answer(import_model(file, options), inputs()), wanted = expected(output);
    if (!(got.shape == wanted.shape)) return HUGE_VAL;
    return test::distance(got.as<float>(), wanted, whole_box(wanted.shape));
  }
};

}  // namespace tenon::test
