// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network as a value: nodes in the order of evaluation. Tracing calls construct(x) with handles:
///   Graph g = trace(network, {{{32, 28, 28}}});  g.nodes[g.output].shape == {32, 10}
#include <utility>

#include <tenon/core/hash.hpp>
#include <tenon/network/operator.hpp>

namespace tenon {

struct Node {
  enum class Kind : std::uint8_t { input, parameter, operation };
  Kind kind = Kind::input;
  const Operator* op = nullptr;
  Vector<int, 4> inputs;
  Dims shape;
  Element element = Element::float32;
  Name name;
  Attributes attributes;
  Splits splits;
  Index stage = -1;  // of a pipeline, as it was said (plan/stages.hpp)
};

/// What a network is given: its shape, and what its elements are.
struct Signature {
  Dims shape;
  Element element = Element::float32;
};

struct Graph {
  List<Node> nodes;
  Names names;
  List<int> inputs;
  int output = -1;
  Vector<int, 15> further;     // outputs besides, of a network from a file
  Finding finding;             // the first mistake
  List<int> parameters;        // nodes
  List<std::uint64_t> hashes;  // of their names, for parameter() below

  constexpr void report(Finding found, Name where) {
    if (finding || !found) return;
    finding = found;
    finding.where = where;
  }
  constexpr int add(Node node) {
    nodes.push_back(node);
    return int(nodes.size()) - 1;
  }
  constexpr Operands operands(const Node& node, Index devices = 1) const {
    Operands o{{}, {}, node.attributes, node.splits, devices};
    for (int input : node.inputs)
      o.shapes.push_back(nodes[std::size_t(input)].shape),
          o.elements.push_back(nodes[std::size_t(input)].element);
    return o;
  }
};

/// A handle to a node, for `construct`: relu(x), layer1(x).
struct Value {
  Graph* graph = nullptr;
  int node = -1;
  constexpr const Dims& shape() const { return graph->nodes[std::size_t(node)].shape; }
  constexpr Element element() const { return graph->nodes[std::size_t(node)].element; }
};

/// A parameter of the network; one name is one parameter, however often it is asked for.
/// Finding: the name has two shapes, or two types of elements.
constexpr Value parameter(Graph& graph, std::string_view layer, std::string_view part,
                          const Dims& shape, Element element = Element::float32) {
  const Name name = graph.names.add(layer, part);
  const std::uint64_t hash = Hash().add(graph.names[name]).value;
  for (std::size_t p = 0; p < graph.hashes.size(); ++p) {
    const int i = graph.parameters[p];
    const Node& node = graph.nodes[std::size_t(i)];
    if (graph.hashes[p] != hash || graph.names[node.name] != graph.names[name]) continue;
    Finding differs{Mistake::parameter_differs, {}, -1, '0', node.shape.size(), shape.size()};
    for (int d = 0; d < shape.size() && node.shape.size() == shape.size(); ++d)
      if (node.shape[d] != shape[d] && differs.first == differs.second)
        differs = {Mistake::parameter_differs, {}, -1, char('0' + d), node.shape[d], shape[d]};
    if (!(node.shape == shape)) graph.report(differs, name);
    if (node.element != element) graph.report({Mistake::other_element, {}, 0}, name);
    return {&graph, i};
  }
  graph.hashes.push_back(hash);
  graph.parameters.push_back(
      graph.add({Node::Kind::parameter, nullptr, {}, shape, element, name, {}, {}}));
  return {&graph, graph.parameters.back()};
}

/// Records one operation; a mistake is kept in the graph, and the value stays usable.
constexpr Value record(Graph& graph, const Operator& op, std::string_view layer,
                       std::string_view part, const Vector<Value, 4>& operands,
                       const Attributes& attributes, const Splits& splits, Index stage = -1) {
  Node node{Node::Kind::operation,        &op,        {},    {}, {},
            graph.names.add(layer, part), attributes, splits, stage};
  for (const Value& value : operands) node.inputs.push_back(value.node);
  Result result{};
  if (!op.takes(operands.size()))
    result.finding = {Mistake::other_operands, {}, -1, 0, operands.size(), op.operands};
  else if (!graph.finding) result = op.infer(graph.operands(node));
  graph.report(result.finding, node.name);
  node.shape = result.shape;
  node.element = result.element;
  return {&graph, graph.add(node)};
}

namespace detail {

template <class Network, std::size_t... i>
constexpr Value construct(const Network& network, const Vector<Value, 4>& x,
                          std::index_sequence<i...>) {
  if constexpr (requires { network.construct(x[int(i)]...); })
    return network.construct(x[int(i)]...);
  else return {};
}

/// How many inputs construct takes; the first number that it can be called with.
template <class Network>
constexpr int inputs_of() {
  constexpr auto takes = []<std::size_t... i>(std::index_sequence<i...>) {
    return requires(const Network& network, Value x) { network.construct((void(i), x)...); };
  };
  if (takes(std::make_index_sequence<1>())) return 1;
  if (takes(std::make_index_sequence<2>())) return 2;
  if (takes(std::make_index_sequence<3>())) return 3;
  return 4;
}

}  // namespace detail

/// The graph of a network: what `construct` does to its inputs.
/// Finding: construct takes another number of inputs.
template <class Network>
constexpr Graph trace(const Network& network, const Vector<Signature, 4>& inputs) {
  Graph graph;
  Vector<Value, 4> values;
  for (const Signature& input : inputs) {
    const Node node{Node::Kind::input,        nullptr, {}, input.shape, input.element,
                    graph.names.add("input"), {},      {}};
    values.push_back({&graph, graph.add(node)});
    graph.inputs.push_back(values.back().node);
  }
  Value result;
  switch (values.size()) {
    case 1: result = detail::construct(network, values, std::make_index_sequence<1>()); break;
    case 2: result = detail::construct(network, values, std::make_index_sequence<2>()); break;
    case 3: result = detail::construct(network, values, std::make_index_sequence<3>()); break;
    case 4: result = detail::construct(network, values, std::make_index_sequence<4>()); break;
  }
  graph.output = result.node;
  if (result.node < 0)
    graph.report({Mistake::other_inputs, {}, -1, 0, values.size(), detail::inputs_of<Network>()},
                 {});
  return graph;
}

}  // namespace tenon
