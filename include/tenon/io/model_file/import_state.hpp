// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an import knows of each of the file's values: the node of the graph that it is, or its
/// numbers; and the parameters that were made so far.
#include <memory>
#include <set>

#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/imported.hpp>
#include <tenon/io/model_file/known.hpp>

namespace tenon::detail {

struct HeldValue {
  int node = -1;                       // of the graph
  std::shared_ptr<const Known> known;  // or its numbers
};

/// No constant of more elements is looked into.
inline constexpr Index most_known = 65536;

class ImportState {
 public:
  ImportState(const ModelFile& model, bool keep)
      : file(model), keep_parameters(keep), held(model.values.size()), readers(held.size()),
        unfilled(held.size()) {
    for (const FileTensor& tensor : file.unfilled) unfilled[std::size_t(tensor.value)] = &tensor;
  }
  ImportState(const ImportState&) = delete;
  ImportState& operator=(const ImportState&) = delete;

  const ModelFile& file;
  const bool keep_parameters;
  Imported result;
  bool is_folding = false;      // `result` is another one, in double precision, for the while
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
    throw Error(std::string(file.name(value)).append(" is no tensor"));
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

  /// The value as a node: of the graph, or a parameter from now on.
  Value node(int value) {
    HeldValue& of = held[std::size_t(value)];
    if (of.node >= 0) return {&result.graph, of.node};
    const std::string name = parameter_name(value);
    const StoredTensor* constant = file.constant(value);
    const FileTensor* missing = unfilled[std::size_t(value)];
    Value made;
    if (constant) made = parameter_of(name, *constant, true, true);
    else if (of.known) made = parameter_of(name, of.known->element, of.known->shape,
                                           of.known->values);
    else if (missing)
      made = parameter_of(name, {name, missing->element, missing->shape, {}}, false, true);
    else throw Error(name + " is no tensor");
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
    std::uint64_t hash = 14695981039346656037ull;
    for (double one : known->values) {
      std::uint64_t bits;
      std::memcpy(&bits, &one, sizeof bits);
      hash = (hash ^ bits) * 1099511628211ull;
    }
    return sentence(name, "=", hash);
  }

  /// A new parameter of stored values; halves become floats, which are owned.
  Value parameter_of(std::string name, StoredTensor tensor, bool has_values, bool is_of_file) {
    if (tensor.element == Element::float16 || tensor.element == Element::bfloat16) {
      if (has_values) tensor.chunks = {widened(tensor)};
      tensor.element = Element::float32;
    }
    const std::string plain = name;
    for (int other = 2; !names_.insert(name).second; ++other)  // MindIR's constants may share one
      name = plain + "#" + std::to_string(other);
    tensor.name = name;
    const Value made = parameter(result.graph, name, {}, tensor.shape, tensor.element);
    result.parameters.push_back({std::move(tensor), has_values, is_of_file});
    return made;
  }
  /// A new parameter of numbers, which are owned.
  Value parameter_of(const std::string& name, Element element, const Dims& shape,
                     const std::vector<double>& values) {
    if (!Known::is_integer(element) && element != Element::float64)
      element = is_folding ? Element::float64 : Element::float32;
    StoredTensor tensor{name, element, shape, {}};
    std::vector<char> all(values.size() * std::size_t(bytes(tensor.element)));
    const auto store = [&]<class T>(T) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = static_cast<T>(values[i]);
        std::memcpy(all.data() + i * sizeof value, &value, sizeof value);
      }
    };
    switch (tensor.element) {
      case Element::float32: store(float()); break;
      case Element::float64: store(double()); break;
      case Element::int32: store(std::int32_t()); break;
      default: {
        tensor.element = Element::int64;
        all.resize(values.size() * sizeof(std::int64_t));
        store(std::int64_t());
      }
    }
    result.owned.push_back(std::move(all));
    tensor.chunks = {result.owned.back()};
    return parameter_of(name, std::move(tensor), true, false);
  }

  /// While constants are folded, what is made is made elsewhere.
  void exchange(Imported& other, std::set<std::string>& other_names) {
    std::swap(result, other);
    std::swap(names_, other_names);
    is_folding = !is_folding;
  }

 private:
  std::span<const char> widened(const StoredTensor& tensor) {
    result.owned.emplace_back(std::size_t(product(tensor.shape)) * sizeof(float));
    std::vector<char>& all = result.owned.back();
    for_each_value(tensor, [&](std::size_t i, auto value) {
      const float wide = float(value);
      std::memcpy(all.data() + i * sizeof wide, &wide, sizeof wide);
    });
    return all;
  }

  std::set<std::string> names_;
};

}  // namespace tenon::detail
