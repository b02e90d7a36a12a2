// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One node of a file while it becomes nodes of the graph: its operands, and its numbers, whether
/// the file gives them as attributes or as inputs that are known.
///   at.result(at.record(Softmax({at.integer("axis", 1, -1)}), {at.operand(0)}));
#include <tenon/io/model_file/import_state.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::detail {

/// The dimension of an operand that has another size than in the file's own batch.
struct Grown {
  int dimension = 0;
  Index from = 1, to = 1;
};

class SourceNode {
 public:
  SourceNode(ImportState& import, const FileNode& source) : state(import), node(source) {}

  ImportState& state;
  const FileNode& node;

  bool is_onnx() const { return state.file.format == ModelFormat::onnx; }
  Index opset() const { return state.file.opset; }
  int inputs() const { return int(node.inputs.size()); }
  bool has(int i) const { return i < inputs() && node.inputs[std::size_t(i)] >= 0; }
  /// The file's value. @throws Error where the node has no such input.
  int input(int i) const {
    if (!has(i)) fail(sentence("it has no input ", i));
    return node.inputs[std::size_t(i)];
  }

  Value operand(int i) const { return state.node(input(i)); }
  /// The operand; a single number takes the type of another value.
  Value operand_like(int i, Element element) const {
    const Known* number = state.known(input(i));
    if (!number || number->values.size() != 1 || is_folding() || number->element == element)
      return operand(i);
    return state.parameter_of(state.parameter_name(input(i)), element, number->shape,
                              number->values);
  }
  const Dims& shape(int i) const { return state.shape(input(i)); }
  Element element(int i) const { return state.element(input(i)); }
  const Known* known(int i) const { return has(i) ? state.known(input(i)) : nullptr; }
  /// While what is known is computed, by the same operators in double precision.
  bool is_folding() const { return state.is_folding; }

  /// The integers of an attribute, or of an input; none where neither is given.
  /// @param position of the input; -1: attributes only
  /// @throws Error where it is given, but not known before running.
  std::optional<std::vector<Index>> integers(std::string_view name, int position = -1) const {
    if (const FileAttribute* a = state.file.attribute(node, name)) return a->integers;
    if (position < 0 || !has(position)) return {};
    const Known* k = known(position);
    if (!k) fail(sentence("its ", name, " is only known while running; legal: a constant"));
    return k->integers();
  }
  Dims dims(std::string_view name, int position = -1) const {
    Dims list;
    for (Index one : integers(name, position).value_or(std::vector<Index>())) list.push_back(one);
    return list;
  }
  Index integer(std::string_view name, int position, Index otherwise) const {
    const auto list = integers(name, position);
    if (!list) return otherwise;
    if (list->size() != 1) fail(sentence("its ", name, " is ", list->size(), " numbers; legal: 1"));
    return list->front();
  }
  double real(std::string_view name, int position, double otherwise) const {
    if (const FileAttribute* a = state.file.attribute(node, name); a && a->reals.size() == 1)
      return a->reals[0];
    if (position < 0 || !has(position)) return otherwise;
    const Known* k = known(position);
    if (!k || k->values.size() != 1) fail(sentence("its ", name, " is no number that is known"));
    return k->values[0];
  }
  std::string_view words(std::string_view name) const {
    const FileAttribute* a = state.file.attribute(node, name);
    return a ? std::string_view(a->text) : std::string_view();
  }

  /// Records an operation under the node's name, or NAME.part.
  /// @throws Error with what is wrong with its operands.
  template <class Operation>
  Value record(const Operation& operation, const Vector<Value, 4>& operands,
               std::string_view part = {}) const {
    state.check_size();
    const Value made = tenon::record(state.result.graph, Operation::info, node.name, part, operands,
                                     operation.attributes(), strategy(operands, part));
    if (const Finding& finding = state.result.graph.finding) fail(text(finding, {}));
    if (state.keep_strategies && !is_folding())
      state.result.graph.nodes[std::size_t(made.node)].stage = integer("stage", -1, -1);
    return made;
  }
  /// The one that the file has for the node, if strategies are kept: the numbers of all operands.
  Splits strategy(const Vector<Value, 4>& operands, std::string_view part) const {
    Splits splits;
    const FileAttribute* inputs = state.file.attribute(node, "in_strategy");
    if (!state.keep_strategies || !inputs || !part.empty() || is_folding()) return splits;
    std::size_t next = 0;
    for (const Value& x : operands) {
      splits.inputs.push_back({});
      for (int d = 0; d < x.shape().size() && next < inputs->integers.size(); ++d)
        splits.inputs.back().push_back(inputs->integers[next++]);
    }
    splits.output = dims("out_strategy");
    return splits;
  }
  /// A parameter NAME.part of one number, or of many.
  Value number(std::string_view part, double value, Element element) const {
    return numbers(part, element, {}, {value});
  }
  Value numbers(std::string_view part, Element element, const Dims& shape,
                const std::vector<double>& values) const {
    return state.parameter_of(sentence(node.name, ".", part), element, shape, values);
  }
  /// The same elements under another shape; nothing is recorded where it has it.
  Value reshaped(Value x, const Dims& to, std::string_view part = {}) const {
    return x.shape() == to ? x : record(Reshape(to), {x}, part);
  }

  void result(Value value, int output = 0) const {
    if (int(node.outputs.size()) > output && node.outputs[std::size_t(output)] >= 0)
      state.held[std::size_t(node.outputs[std::size_t(output)])].node = value.node;
  }
  /// Of floats, 0 and 1.
  void condition(Value value) const {
    result(value);
    if (node.outputs[0] >= 0) state.held[std::size_t(node.outputs[0])].is_condition = true;
  }
  bool is_condition(int i) const { return state.held[std::size_t(input(i))].is_condition; }
  void result(Known numbers) const {
    if (node.outputs[0] >= 0) state.hold(node.outputs[0], std::move(numbers));
  }
  /// The result is the first input.
  void pass() const {
    if (node.outputs[0] >= 0)
      state.held[std::size_t(node.outputs[0])] = {operand(0).node, nullptr, is_condition(0)};
  }

  /// Where another batch than the file's changed an operand; none.
  /// @throws Error where it changed more than one dimension.
  std::optional<Grown> grown(int i) const {
    if (!state.original || is_folding()) return {};
    const Dims &now = shape(i), &before = (*state.original)[std::size_t(input(i))];
    std::optional<Grown> found;
    for (int d = 0; d < now.size() && now.size() == before.size(); ++d)
      if (now[d] != before[d]) {
        if (found) fail_batch(before, now);
        found = {d, before[d], now[d]};
      }
    if (now.size() != before.size()) fail_batch(before, now);
    return found;
  }
  [[noreturn]] void fail_batch(const Dims& before, const Dims& now) const {
    fail(sentence("it has an operand of the shape ", text(now), ", which was ", text(before),
                  " in the file: this network is made for the file's batch alone; legal: the "
                  "file's batch, or an export with an open one"));
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw Error(sentence("cannot import ", state.file.path, ": ", node.type, " ", node.name, ": ",
                         why));
  }
};

}  // namespace tenon::detail
