// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What of MindIR computes nothing: tuples, and what orders nodes.
///   t = MakeTuple(a, b); y = Concat(t) reads a and b;  r = Split(x); q = TupleGetItem(r, 1) is
///   Split's second output;  w = Load(layer1.weight, monad) is layer1.weight
#include <map>

#include <tenon/io/model_file/model_builder.hpp>

namespace tenon::detail {

class MindirTuples {
 public:
  using Elements = std::vector<int>;
  static constexpr int nothing = -1, monad = -2;  // values that are none

  explicit MindirTuples(ModelBuilder& build) : build_(build) {}

  bool is_tuple(int value) const { return tuples_.contains(value); }
  /// Of a tuple; any other value is its own.
  Elements elements(int value) const {
    const auto tuple = tuples_.find(value);
    return tuple == tuples_.end() ? Elements{value} : tuple->second;
  }

  /// Whether the node is none: its output is another value, or orders nodes only, or is a tuple.
  bool resolve(const Message& field, const FileNode& node, const std::string& output,
               std::string_view shown) {
    const auto operand = [&](std::size_t i) {
      if (i >= node.inputs.size())
        field.fail(std::string(node.type).append(" has too few inputs: the file is damaged"));
      return node.inputs[i];
    };
    if (node.type == "UpdateState") build_.alias(field, output, monad);
    else if (node.type == "Load" || node.type == "Depend") build_.alias(field, output, operand(0));
    else if (node.type == "MakeTuple" || node.type == "MakeList")
      tuples_[build_.define(field, output, shown)] = node.inputs;
    else if (node.type == "TupleGetItem")
      take_element(field, operand(0), number(field, operand(1)), output, shown);
    else return false;
    return true;
  }

  /// A node that reads a tuple reads its elements; monads are left out.
  void spread(const Message& field, FileNode& node) const {
    Elements flat;
    for (int input : node.inputs)
      for (int one : elements(input)) {
        if (is_tuple(one)) field.fail("a tuple of tuples, which is not supported");
        if (one != monad) flat.push_back(one);
        if (flat.size() > max_inputs)
          field.fail("a node of more than 65536 inputs, which is not supported");
      }
    node.inputs = std::move(flat);
  }
  /// A node was added, whose output may be a tuple.
  void made(std::size_t node) { makers_[build_.model.nodes[node].outputs[0]] = node; }

 private:
  void take_element(const Message& field, int from, Index index, const std::string& output,
                    std::string_view shown) {
    const auto tuple = tuples_.find(from);
    const auto maker = makers_.find(from);
    const Index size = tuple != tuples_.end()   ? Index(tuple->second.size())
                       : maker != makers_.end() ? max_outputs
                                                : 0;
    if (index < 0 || index >= size)
      field.fail(std::string(shown).append(" is element ").append(text(index))
                     .append(" of a tuple of ").append(text(size))
                     .append(": the file is damaged"));
    if (tuple != tuples_.end())
      return build_.alias(field, output, tuple->second[std::size_t(index)]);
    std::vector<int>& outputs = build_.model.nodes[maker->second].outputs;
    if (std::size_t(index) >= outputs.size()) outputs.resize(std::size_t(index) + 1, -1);
    int& element = outputs[std::size_t(index)];
    if (element < 0) element = build_.define(field, output, shown);
    else build_.alias(field, output, element);
  }
  Index number(const Message& field, int value) const {
    const StoredTensor* constant = build_.model.constant(value);
    Index index = 0;
    if (!constant || constant->element != Element::int64 || constant->bytes() != sizeof index ||
        constant->chunks.size() != 1)
      field.fail("an element of a tuple is asked for by what is no number: the file is damaged");
    std::memcpy(&index, constant->chunks[0].data(), sizeof index);
    return index;
  }

  static constexpr Index max_outputs = 64;
  static constexpr std::size_t max_inputs = 65536;
  ModelBuilder& build_;
  std::map<int, Elements> tuples_;     // of the values that are tuples
  std::map<int, std::size_t> makers_;  // the nodes that made the others
};

}  // namespace tenon::detail
