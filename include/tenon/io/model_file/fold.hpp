// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Nodes whose operands are known are computed during the import, by their operators' laws:
///   Concat(Gather(Shape(x), 0), -1), for an x of [32, 28, 28], is {32, -1}
#include <tenon/core/region.hpp>
#include <tenon/io/model_file/source_node.hpp>

namespace tenon::detail {

/// All values of a small graph of doubles, node by node; none where one is too large to be folded.
inline std::optional<std::vector<std::vector<std::byte>>> evaluate(const Imported& net) {
  std::vector<std::vector<std::byte>> values;
  std::size_t parameters = 0;
  for (const Node& node : net.graph.nodes) {
    const auto size = size_in_bytes(node.shape, node.element);
    if (!size || *size > most_known * Index(sizeof(double))) return {};
    values.emplace_back(std::size_t(*size));
    if (node.kind == Node::Kind::parameter) {
      const StoredTensor& tensor = net.parameters[parameters++].tensor;
      copy_elements(tensor, 0, product(tensor.shape), values.back().data());
      continue;
    }
    KernelCall call;
    call.attributes = node.attributes;
    const auto block = [&](const Node& of, std::vector<std::byte>& data) {
      return Block{data.data(), whole_box(of.shape), of.element};
    };
    for (int input : node.inputs)
      call.inputs.push_back(
          block(net.graph.nodes[std::size_t(input)], values[std::size_t(input)]));
    call.output = block(node, values.back());
    if (node.op->law.exists) node.op->law(Element::float64)(call);
    else values.back() = values[std::size_t(node.inputs[0])];
  }
  return values;
}

/// What was computed of a node, as numbers of another type. Halves are floats, as while running.
inline Known known_of(const Node& node, const std::vector<std::byte>& bytes, Element element) {
  Known known{element, node.shape, std::vector<double>(bytes.size() / sizeof(double)), false};
  if (!bytes.empty()) std::memcpy(known.values.data(), bytes.data(), bytes.size());
  const bool half = element == Element::float16 || element == Element::bfloat16;
  for (double& value : known.values)
    value = element == Element::boolean ? std::trunc(value)
                                        : rounded(value, half ? Element::float32 : element);
  return known;
}

/// Whether all operands are known, so that the node can be folded.
inline bool is_known(ImportState& state, const FileNode& node) {
  for (int input : node.inputs)
    if (input >= 0 && !state.known(input)) return false;
  return !node.inputs.empty();
}

/// Computes the node's results; false where they are too large.
/// @param record as of the table of operators
inline bool fold(ImportState& state, const FileNode& node, void (*record)(const SourceNode&)) {
  std::vector<HeldValue> before;
  for (int input : node.inputs)
    before.push_back(input < 0 ? HeldValue() : state.held[std::size_t(input)]);
  Imported net;
  std::set<std::string> names;
  state.exchange(net, names);
  for (int input : node.inputs) {
    if (input < 0) continue;
    const std::shared_ptr<const Known> known = state.held[std::size_t(input)].known;
    state.held[std::size_t(input)].node =
        state.parameter_of("constant", Element::float64, known->shape, known->values).node;
  }
  record(SourceNode(state, node));
  state.exchange(net, names);
  const auto values = evaluate(net);
  const Element element = before[0].known ? before[0].known->element : Element::float32;
  bool of_shape = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (node.inputs[i] < 0) continue;
    of_shape = of_shape || state.held[std::size_t(node.inputs[i])].known->of_shape;
    state.held[std::size_t(node.inputs[i])] = before[i];
  }
  for (int output : node.outputs) {
    if (output < 0) continue;
    HeldValue& made = state.held[std::size_t(output)];
    const int id = std::exchange(made.node, -1);
    if (!values || (id < 0 && !made.known)) continue;  // too large, or not made
    Known known = id < 0 ? *made.known : known_of(net.graph.nodes[std::size_t(id)],
                                                  values->at(std::size_t(id)), element);
    known.of_shape = of_shape;
    state.hold(output, std::move(known));
  }
  return values.has_value();
}

}  // namespace tenon::detail
