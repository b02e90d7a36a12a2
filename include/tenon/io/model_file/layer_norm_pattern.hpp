// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Exporters that know no layer normalisation write it in pieces, which become the one operator:
///   d = x - ReduceMean(x);  y = d / Sqrt(ReduceMean(d^2) + epsilon) * gamma + beta
#include <map>

#include <tenon/io/model_file/import_state.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::detail {

class LayerNormPattern {
 public:
  explicit LayerNormPattern(Imported& net) : net_(net), graph_(net.graph) {}

  /// Puts the operator in the place of the last piece of each.
  void replace_all() {
    for (std::size_t i = 0; i < net_.parameters.size(); ++i)
      values_[graph_.parameters[i]] = &net_.parameters[i];
    for (Node& node : graph_.nodes)
      if (node.op == &Add::info) replace(node);
  }

 private:
  const Node& node(int id) const { return graph_.nodes[std::size_t(id)]; }
  bool is(int id, const Operator& op) const { return node(id).op == &op; }

  /// The number that a parameter of one element is; none.
  std::optional<double> number(int id) const {
    const auto place = values_.find(id);
    if (place == values_.end() || !place->second->has_values || product(node(id).shape) != 1)
      return {};
    return known(place->second->tensor).values[0];
  }
  /// visit(one, other) for both orders of a node's two operands until it says true.
  bool either(int id, auto&& visit) const {
    const auto& inputs = node(id).inputs;
    return visit(inputs[0], inputs[1]) || visit(inputs[1], inputs[0]);
  }
  /// The first of the last dimensions of which the node is the mean that keeps them; -1: another.
  int first_axis(int mean, int of) const {
    if (!is(mean, ReduceMean::info) || node(mean).inputs[0] != of) return -1;
    const Attributes& attributes = node(mean).attributes;
    const int rank = node(of).shape.size();
    const Dims axes = reduced_axes(attributes, rank);
    if (!attributes.integers[0] || axes.empty()) return -1;
    for (int d = rank - axes.size(); d < rank; ++d)
      if (!is_among(d, axes, rank)) return -1;
    return rank - axes.size();
  }
  /// Whether the node is x minus its mean over the dimensions from `axis` on.
  bool is_difference(int id, int x, int axis) const {
    return is(id, Sub::info) && node(id).inputs[0] == x &&
           first_axis(node(id).inputs[1], x) == axis;
  }
  bool is_square(int id, int x, int axis) const {
    if (is(id, Mul::info))
      return node(id).inputs[0] == node(id).inputs[1] && is_difference(node(id).inputs[0], x, axis);
    return is(id, Pow::info) && number(node(id).inputs[1]) == 2 &&
           is_difference(node(id).inputs[0], x, axis);
  }
  /// Whether the node is d / Sqrt(ReduceMean(d^2) + epsilon).
  bool is_normalised(int id, int& x, int& axis, double& epsilon) const {
    if (!is(id, Div::info) || !is(node(id).inputs[0], Sub::info)) return false;
    const int difference = node(id).inputs[0], deviation = node(id).inputs[1];
    x = node(difference).inputs[0];
    axis = first_axis(node(difference).inputs[1], x);
    if (axis < 0 || !is(deviation, Sqrt::info) || !is(node(deviation).inputs[0], Add::info))
      return false;
    return either(node(deviation).inputs[0], [&](int variance, int small) {
      const auto value = number(small);
      if (!value || !is(variance, ReduceMean::info)) return false;
      const int square = node(variance).inputs[0];
      epsilon = *value;
      return is_square(square, x, axis) && first_axis(variance, square) == axis;
    });
  }

  void replace(Node& last) {
    const int id = int(&last - graph_.nodes.begin());
    int x = -1, axis = -1;
    double epsilon = 0;
    either(id, [&](int product, int beta) {
      return is(product, Mul::info) && either(product, [&](int normalised, int gamma) {
               if (!is_normalised(normalised, x, axis, epsilon)) return false;
               Node made = last;
               made.inputs = {x, gamma, beta};
               made.attributes = LayerNorm(axis, epsilon).attributes();
               const Result result = LayerNorm::info.infer(
                   {{node(x).shape, node(gamma).shape, node(beta).shape},
                    {node(x).element, node(gamma).element, node(beta).element},
                    made.attributes,
                    {},
                    1});
               if (result.finding || !(result.shape == last.shape)) return false;
               made.op = &LayerNorm::info;
               last = made;
               return true;
             });
    });
  }

  Imported& net_;
  Graph& graph_;
  std::map<int, const ImportedParameter*> values_;
};

}  // namespace tenon::detail
