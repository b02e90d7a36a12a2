// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an import knows of each of the file's values: the node of the graph that it is, or its
/// numbers; and the parameters that were made so far.
#include <bit>
#include <memory>

#include <tenon/core/hash.hpp>
#include <tenon/io/model_file/parameter_maker.hpp>

namespace tenon::detail {

struct HeldValue {
  int node = -1;                       // of the graph
  std::shared_ptr<const Known> known;  // or its numbers
  bool is_condition = false;           // floats, 0 and 1, of what is bool in the file
};

/// No constant of more elements is looked into; and what no import computes in all, so that no file
/// makes one of gigabytes.
inline constexpr Index most_known = 65536;
inline constexpr std::size_t most_computed = std::size_t(1) << 22;

class ImportState : public ParameterMaker {
 public:
  ImportState(const ModelFile& model, bool keep)
      : ParameterMaker(model),
        file(model),
        keep_parameters(keep),
        held(model.values.size()),
        readers(held.size()),
        unfilled(held.size()) {
    for (const FileTensor& tensor : file.unfilled) unfilled[std::size_t(tensor.value)] = &tensor;
  }
  ImportState(const ImportState&) = delete;
  ImportState& operator=(const ImportState&) = delete;

  const ModelFile& file;
  const bool keep_parameters;
  bool keep_strategies = false;
  std::vector<HeldValue> held;  // of the file's values
  std::vector<int> readers;     // how often each is read, of the nodes that are needed
  std::vector<const FileTensor*> unfilled;
  const std::vector<Dims>* original = nullptr;  // of each value, for the file's own batch

  const Dims& shape(int value) const {
    const HeldValue& of = held[std::size_t(value)];
    if (of.node >= 0) return result.graph.nodes[std::size_t(of.node)].shape;
    if (of.known) return of.known->shape;
    if (const StoredTensor* constant = file.constant(value)) return constant->shape;
    if (const FileTensor* missing = unfilled[std::size_t(value)]) return missing->shape;
    fail_unmade(value);
  }
  /// As a node of the graph: halves are floats there.
  Element element(int value) const {
    const HeldValue& of = held[std::size_t(value)];
    const StoredTensor* constant = file.constant(value);
    const FileTensor* missing = unfilled[std::size_t(value)];
    const Element element = of.node >= 0 ? result.graph.nodes[std::size_t(of.node)].element
                            : of.known   ? of.known->element
                            : constant   ? constant->element
                            : missing    ? missing->element
                                         : Element::float32;
    const bool half = element == Element::float16 || element == Element::bfloat16;
    return half ? Element::float32 : element;
  }

  /// The numbers of a value that are known without running: integers, and one number. None.
  const Known* known(int value) {
    if (value < 0) return nullptr;
    HeldValue& of = held[std::size_t(value)];
    const StoredTensor* constant = file.constant(value);
    if (of.known || !constant || constant->is_string) return of.known.get();
    const Index count = product(constant->shape);
    if (count == 1 || (count <= most_known && Known::is_integer(constant->element)))
      of.known = std::make_shared<Known>(detail::known(*constant));
    return of.known.get();
  }

  /// From now on the value is these numbers. @throws Error when there are too many in all.
  void hold(int value, Known numbers) {
    computed_ += numbers.values.size() + 1;
    if (computed_ > most_computed)
      throw Error("more than 4194304 elements are computed of constants, which is not supported");
    held[std::size_t(value)].known = std::make_shared<Known>(std::move(numbers));
  }

  /// The value as a node: of the graph, or a parameter from now on.
  Value node(int value) {
    HeldValue& of = held[std::size_t(value)];
    if (of.node >= 0) return {&result.graph, of.node};
    const std::string name = parameter_name(value);
    const StoredTensor* constant = file.constant(value);
    const FileTensor* missing = unfilled[std::size_t(value)];
    Value made;
    if (constant) made = parameter_of(name, *constant, true, true);
    else if (of.known)
      made = parameter_of(name, of.known->element, of.known->shape, of.known->values);
    else if (missing)
      made = parameter_of(name, {name, missing->element, missing->shape, {}}, false, true);
    else fail_unmade(value);
    of.node = made.node;
    return made;
  }

  /// The file's; what depends on the shapes of the inputs has its values in its name, so that it is
  /// no parameter of another batch.
  std::string parameter_name(int value) const {
    const Known* known = held[std::size_t(value)].known.get();
    const std::string name(file.name(value));
    if (!known || !known->of_shape) return name;
    if (known->values.size() == 1) return sentence(name, "=", std::to_string(known->values[0]));
    Hash hash;
    for (double one : known->values) hash.add(std::bit_cast<std::uint64_t>(one));
    return sentence(name, "=", hash.value);
  }

 private:
  [[noreturn]] void fail_unmade(int value) const {
    throw Error(sentence("cannot import ", file.path, ": ", file.name(value),
                         " is no tensor, or an output of an operator that has fewer here"));
  }

  std::size_t computed_ = 0;
};

}  // namespace tenon::detail
