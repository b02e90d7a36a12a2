// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies for a network that has none, so that every rank holds a slice of each large weight:
/// columns of one product, then rows of the next, as far as they divide.
///   plan(cut_weights(graph, 8), 8)   of layers 784-512-512: {{1, 1}, {1, 8}}, {{1, 8}, {8, 1}}
/// Weights of less than 64 KiB, and those that do not divide, stay as they are.
/// Communicates: one sum over all ranks for every two products. Shoeybi et al. 2019, figure 3.
#include <tenon/network/graph.hpp>

namespace tenon {

/// Bytes of a weight that are worth a sum over ranks.
inline constexpr Index bytes_worth_a_cut = 65536;

/// Products that state a strategy keep it.
constexpr Graph cut_weights(Graph graph, Index devices, Index worth = bytes_worth_a_cut) {
  List<bool> columns(graph.nodes.size());  // of each node: whether its last dimension is cut
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    Node& n = graph.nodes[id];
    if (n.kind != Node::Kind::operation) continue;
    const std::size_t x = std::size_t(n.inputs[0]);
    const bool product = n.op->name == std::string_view("MatMul") && n.inputs.size() == 2 &&
                         graph.nodes[std::size_t(n.inputs[1])].kind == Node::Kind::parameter &&
                         graph.nodes[std::size_t(n.inputs[1])].shape.size() == 2 &&
                         !n.attributes.integers[0] && !n.splits.stated();
    if (!product) {
      const Equation e = n.op->equation(graph.operands(n, devices));
      const bool keeps = !e.outputs[0].empty() && !e.inputs[0].empty() &&
                         e.inputs[0].back() == e.outputs[0].back() &&
                         may_be_cut(e.outputs[0].back().letter);
      columns[id] = keeps && columns[x] && !n.splits.stated();
      continue;
    }
    const bool transposed = n.attributes.integers[1];
    const Dims& w = graph.nodes[std::size_t(n.inputs[1])].shape;
    const Index k = w[transposed ? 1 : 0], width = w[transposed ? 0 : 1];
    if (tenon::product(w) * bytes(n.element) < worth) continue;
    Dims rows = Dims::filled(graph.nodes[x].shape.size(), 1), weight = {1, 1};
    const bool by_rows = k % devices == 0 && (columns[x] || width % devices);
    if (!by_rows && width % devices) continue;
    if (by_rows) rows.back() = devices;
    weight[by_rows == transposed ? 1 : 0] = devices;
    columns[id] = !by_rows;
    n.splits.inputs = {rows, weight};
  }
  return graph;
}

}  // namespace tenon
