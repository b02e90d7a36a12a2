// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Makes a ModelFile of what its reader finds; names become numbers, and are told apart:
///   ModelBuilder build(path);  const int x = build.define(field, "x");  build.use(field, "x") == x
#include <unordered_map>

#include <tenon/io/model_file/tensor_proto.hpp>

namespace tenon::detail {

class ModelBuilder {
 public:
  ModelFile model;

  ModelBuilder(const std::string& path, ModelFormat format) : beside_(path, model.files) {
    model.path = path;
    model.format = format;
  }
  ModelBuilder(const ModelBuilder&) = delete;
  ModelBuilder& operator=(const ModelBuilder&) = delete;

  /// A new value, which the file calls `name` and a reader of errors and of graphs `shown`.
  /// @throws Error at the field where the name is taken, or there are too many.
  int define(const Message& field, const std::string& name, std::string_view shown) {
    const int value = unnamed(field, shown);
    if (!numbers_.emplace(name, value).second)
      field.fail(std::string(shown).append(" is made twice: the file is damaged"));
    return value;
  }
  int define(const Message& field, const std::string& name) { return define(field, name, name); }
  /// A value that no node can ask for by name.
  int unnamed(const Message& field, std::string_view shown) {
    if (model.values.size() == max_model_values)
      field.fail("more than 1048576 values, which is not supported");
    model.values.push_back({std::string(shown), -1});
    return int(model.values.size()) - 1;
  }
  /// From now on the name is that value, too.
  void alias(const Message& field, const std::string& name, int value) {
    if (!numbers_.emplace(name, value).second)
      field.fail(std::string(name).append(" is made twice: the file is damaged"));
  }
  /// The value; none.
  std::optional<int> find(const std::string& name) const {
    const auto place = numbers_.find(name);
    return place == numbers_.end() ? std::nullopt : std::optional(place->second);
  }
  /// @throws Error at the field where there is no such value yet.
  int use(const Message& field, const std::string& name) const {
    if (const auto value = find(name)) return *value;
    field.fail(std::string("reads ").append(name)
                   .append(", which nothing before it makes: the file is damaged or not in order"));
  }

  TensorMessage tensor(const Message& field) {
    return read_tensor_proto(field, model.format, beside_, model);
  }
  /// The value is a constant of this name from now on. One name is one constant.
  void make_constant(const Message& field, int value, StoredTensor tensor) {
    if (model.constants.size() == max_stored_tensors)
      field.fail("more than 262144 tensors, which is not supported");
    tensor.name = model.name(value);
    model.values[std::size_t(value)].constant = int(model.constants.size());
    model.constants.push_back(std::move(tensor));
  }
  /// The same of numbers that the file has no tensor of; without dimensions: one number.
  template <class T>
  void make_constant(const Message& field, int value, const std::vector<T>& numbers,
                     bool is_list) {
    const auto all = std::as_bytes(std::span(numbers));
    const auto* first = reinterpret_cast<const char*>(all.data());
    model.owned.emplace_back(first, first + all.size());
    StoredTensor tensor{{}, element_of<T>, is_list ? Dims{Index(numbers.size())} : Dims{}, {}};
    tensor.chunks = {model.owned.back()};
    make_constant(field, value, std::move(tensor));
  }

  /// @throws Error at the field when there are too many operands in all.
  void add(const Message& field, FileNode node) {
    operands_ += node.inputs.size() + node.outputs.size();
    if (operands_ > max_model_operands)
      field.fail("more than 4194304 operands of nodes, which is not supported");
    model.nodes.push_back(std::move(node));
  }

 private:
  std::unordered_map<std::string, int> numbers_;
  std::size_t operands_ = 0;
  ExternalData beside_;
};

}  // namespace tenon::detail
