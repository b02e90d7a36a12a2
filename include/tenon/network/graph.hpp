// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network as a value: nodes in the order of evaluation. Tracing calls construct(x) with handles:
///   Graph g = trace(network, {{{32, 28, 28}}});  g.nodes[g.output].shape == {32, 10}
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
  Finding finding;  // the first mistake

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
};

/// A parameter of the network; one name is one parameter, however often it is asked for.
/// Finding: the name has two shapes.
constexpr Value parameter(Graph& graph, std::string_view layer, std::string_view part,
                          const Dims& shape, Element element = Element::float32) {
  const Name name = graph.names.add(layer, part);
  for (int i = 0; i < int(graph.nodes.size()); ++i) {
    const Node& node = graph.nodes[std::size_t(i)];
    if (node.kind != Node::Kind::parameter || graph.names[node.name] != graph.names[name]) continue;
    Finding differs{Mistake::parameter_differs, {}, -1, '0', node.shape.size(), shape.size()};
    for (int d = 0;
         d < shape.size() && node.shape.size() == shape.size() && differs.first == differs.second;
         ++d)
      differs = {Mistake::parameter_differs, {}, -1, char('0' + d), node.shape[d], shape[d]};
    if (!(node.shape == shape)) graph.report(differs, name);
    return {&graph, i};
  }
  return {&graph, graph.add({Node::Kind::parameter, nullptr, {}, shape, element, name, {}, {}})};
}

/// Records one operation; a mistake is kept in the graph, and the value stays usable.
constexpr Value record(Graph& graph, const Operator& op, std::string_view layer,
                       std::string_view part, const Vector<Value, 4>& operands,
                       const Attributes& attributes, const Splits& splits) {
  Node node{Node::Kind::operation,        &op,        {},    {}, {},
            graph.names.add(layer, part), attributes, splits};
  for (const Value& value : operands) node.inputs.push_back(value.node);
  Result result{};
  if (operands.size() != op.operands)
    result.finding = {Mistake::other_operands, {}, -1, 0, operands.size(), op.operands};
  else if (!graph.finding) result = op.infer(graph.operands(node));
  graph.report(result.finding, node.name);
  node.shape = result.shape;
  node.element = result.element;
  return {&graph, graph.add(node)};
}

/// The graph of a network: what `construct` does to its inputs.
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
  if constexpr (requires { network.construct(values[0]); }) result = network.construct(values[0]);
  else if constexpr (requires { network.construct(values[0], values[1]); })
    result = network.construct(values[0], values[1]);
  else if constexpr (requires { network.construct(values[0], values[1], values[2]); })
    result = network.construct(values[0], values[1], values[2]);
  else result = network.construct(values[0], values[1], values[2], values[3]);
  graph.output = result.node;
  return graph;
}

}  // namespace tenon
