// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Makes the parameters of an imported graph, each with where its values are:
///   make.parameter_of("layer1.weight", stored, true, true);
///   make.parameter_of("scale", Element::float32, {3}, {0.5, 2, 1});
#include <set>

#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/imported.hpp>
#include <tenon/io/model_file/known.hpp>

namespace tenon::detail {

class ParameterMaker {
 public:
  explicit ParameterMaker(const ModelFile& file) {
    for (const StoredTensor& tensor : file.constants) stored_ += std::size_t(tensor.bytes());
  }

  Imported result;
  bool is_folding = false;  // `result` is another one, in double precision, for the while

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
    check_size();
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
    own(std::move(all));
    tensor.chunks = {result.owned.back()};
    return parameter_of(name, std::move(tensor), true, false);
  }

  /// @throws Error where the graph is too large.
  void check_size() const {
    if (result.graph.nodes.size() >= most_nodes)
      throw Error("more than 262144 operations and parameters, which is not supported");
  }

  /// While constants are folded, what is made is made elsewhere.
  void exchange(Imported& other, std::set<std::string>& other_names) {
    std::swap(result, other);
    std::swap(names_, other_names);
    is_folding = !is_folding;
  }

 private:
  /// Weights with a normalisation in them are as large as the file's own, and made once.
  void own(std::vector<char> values) {
    constexpr std::size_t others = std::size_t(1) << 26;
    if (!is_folding) owned_ += values.size();
    if (owned_ > 4 * stored_ + others)
      throw Error("its operators make constants of many times its size, which is not supported");
    result.owned.push_back(std::move(values));
  }
  std::span<const char> widened(const StoredTensor& tensor) {
    own(std::vector<char>(std::size_t(product(tensor.shape)) * sizeof(float)));
    std::vector<char>& all = result.owned.back();
    for_each_value(tensor, [&](std::size_t i, auto value) {
      const float wide = float(value);
      std::memcpy(all.data() + i * sizeof wide, &wide, sizeof wide);
    });
    return all;
  }

  static constexpr std::size_t most_nodes = std::size_t(1) << 18;
  std::set<std::string> names_;
  std::size_t owned_ = 0, stored_ = 0;  // bytes
};

}  // namespace tenon::detail
