// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies as MindSpore writes them and as a program in C++ does:
///   notation(splits) == "((1,1),(1,8))", in_cpp(splits, false) == "{{1, 1}, {1, 8}}"
#include <string>

#include <tenon/io/model_file/cpp/words.hpp>
#include <tenon/network/graph.hpp>

namespace tenon::explain::detail {

/// "((1,1),(1,8))", or "-" where nothing is stated.
inline std::string notation(const Splits& splits) {
  if (!splits.stated()) return "-";
  std::string s = "(";
  for (int i = 0; i < splits.inputs.size(); ++i) {
    if (i) s += ",";
    s += "(";
    for (int d = 0; d < splits.inputs[i].size(); ++d)
      s.append(d ? "," : "").append(std::to_string(splits.inputs[i][d]));
    s += splits.inputs[i].size() == 1 ? ",)" : ")";
  }
  return s += ")";
}

/// "{{1, 1}, {1, 8}}" or "Strategy<Split<1, 1>, Split<1, 8>>".
inline std::string in_cpp(const Splits& splits, bool as_type) {
  std::string s = as_type ? "Strategy<" : "{";
  for (int i = 0; i < splits.inputs.size(); ++i) {
    if (i) s += ", ";
    s += as_type ? "Split<" : "{";
    for (int d = 0; d < splits.inputs[i].size(); ++d)
      s.append(d ? ", " : "").append(std::to_string(splits.inputs[i][d]));
    s += as_type ? ">" : "}";
  }
  return s += as_type ? ">" : "}";
}

/// The operator as a program in C++ names it: "layer1.matmul" where it reads layer1.weight, as
/// tenon-convert writes the layer of a model file; else its own name.
inline std::string member_in_cpp(const Graph& graph, const Node& node) {
  constexpr std::string_view ending = ".weight";
  const std::string own(graph.names[node.name]);
  const bool is_product = node.op->name == "MatMul", is_convolution = node.op->name == "Conv2D";
  if (!is_product && !is_convolution) return own;
  for (int input : node.inputs)
    if (const std::string_view name = graph.names[graph.nodes[std::size_t(input)].name];
        graph.nodes[std::size_t(input)].kind == Node::Kind::parameter && name.ends_with(ending))
      return tenon::detail::identifier(name.substr(0, name.size() - ending.size()))
          .append(is_product ? ".matmul" : ".conv2d");
  return own;
}

}  // namespace tenon::explain::detail
