// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The layers that a user would have written for nodes of a graph: a product with NAME.weight and a
/// sum with NAME.bias are Dense{"NAME", 784, 512}, a convolution with them is a Convolution.
#include <map>
#include <vector>

#include <tenon/io/model_file/cpp/operators.hpp>

namespace tenon::detail {

struct CppLayer {
  std::string header;      // of network/layers/
  std::string identifier;  // of the member
  std::string member;      // its declaration
};

class CppLayers {
 public:
  CppLayers(const Graph& graph, Identifiers& identifiers)
      : graph_(graph), identifiers_(identifiers), readers_(graph.nodes.size()) {
    ++readers_[std::size_t(graph.output)];
    for (const Node& node : graph.nodes)
      for (int input : node.inputs) ++readers_[std::size_t(input)];
    for (std::size_t id = 0; id < graph.nodes.size(); ++id) find(int(id));
  }

  const std::vector<CppLayer>& all() const { return layers_; }
  int readers(int id) const { return readers_[std::size_t(id)]; }
  /// Whether the node is in a layer, but not its last.
  bool is_inside(int id) const { return inside_.contains(id); }
  /// The layer whose result the node is, and the value that the layer is called with; none.
  const CppLayer* of(int id, int& input) const {
    const auto found = calls_.find(id);
    if (found == calls_.end()) return nullptr;
    input = found->second.input;
    return &layers_[found->second.layer];
  }

 private:
  struct Call {
    std::size_t layer;
    int input;
  };
  const Node& node(int id) const { return graph_.nodes[std::size_t(id)]; }
  bool is_parameter(int id) const { return node(id).kind == Node::Kind::parameter; }
  std::string_view name(int id) const { return graph_.names[node(id).name]; }

  /// A layer ends with a bias, or, of a convolution, without one.
  void find(int last) {
    const Node& at = node(last);
    if (at.op == &Conv2d::info && !has_bias(last)) return take(last, last, -1);
    if (at.op != &Add::info && at.op != &BiasAdd::info) return;
    const bool bias_first = at.op == &Add::info && is_parameter(at.inputs[0]);
    const int work = at.inputs[bias_first ? 1 : 0], bias = at.inputs[bias_first ? 0 : 1];
    if (!is_parameter(bias) || readers(work) != 1) return;
    const Node& product = node(work);
    const bool is_dense = product.op == &MatMul::info && !product.attributes.integers[0] &&
                          (at.op == &Add::info || at.shape.size() == 2);
    const bool is_convolution = product.op == &Conv2d::info && at.op == &BiasAdd::info;
    if (is_dense || is_convolution) take(last, work, bias);
  }
  /// Whether what reads the convolution is its layer's bias.
  bool has_bias(int work) const {
    if (readers(work) != 1) return false;
    for (const Node& reader : graph_.nodes)
      if (reader.op == &BiasAdd::info && reader.inputs[0] == work && fits(work, reader.inputs[1]))
        return true;
    return false;
  }
  /// Whether the parameters have the names and shapes of one layer.
  bool fits(int work, int bias) const {
    const int weight = node(work).inputs[1];
    const bool is_dense = node(work).op == &MatMul::info;
    if (!is_parameter(weight) || node(weight).shape.size() != (is_dense ? 2 : 4)) return false;
    const std::string_view own = name(weight);
    if (!own.ends_with(".weight") || own.size() == 7) return false;
    if (bias < 0) return true;
    const Index outputs =
        node(weight).shape[is_dense && !node(work).attributes.integers[1] ? 1 : 0];
    return is_parameter(bias) && node(bias).shape == Dims{outputs} &&
           name(bias) == std::string(own.substr(0, own.size() - 6)).append("bias");
  }

  void take(int last, int work, int bias) {
    if (!fits(work, bias)) return;
    const std::string_view weight = name(node(work).inputs[1]);
    const std::string layer(weight.substr(0, weight.size() - 7));
    const std::string made =
        node(work).op == &MatMul::info ? dense(work, layer) : convolution(work, layer, bias >= 0);
    const auto [known, is_new] = known_.emplace(layer, layers_.size());
    if (is_new) {
      const std::string word = identifiers_.unused(layer);
      const bool is_dense = node(work).op == &MatMul::info;
      layers_.push_back({is_dense ? "dense" : "convolution", word, made});
    }
    if (layers_[known->second].member != made) return;  // the same weights, used otherwise
    if (work != last) inside_.emplace(work, last);
    calls_[last] = {known->second, node(work).inputs[0]};
  }
  std::string dense(int work, const std::string& layer) const {
    const bool transposed = node(work).attributes.integers[1] != 0;
    const Dims& w = node(node(work).inputs[1]).shape;
    return "tenon::Dense NAME{" + literal(layer) + ", " + literal(w[transposed ? 1 : 0]) + ", " +
           literal(w[transposed ? 0 : 1]) + (transposed ? ", tenon::Dense::transposed};" : "};");
  }
  std::string convolution(int work, const std::string& layer, bool with_bias) const {
    const Dims& w = node(node(work).inputs[1]).shape;
    const std::string how = CppOperator(node(work)).convolution();
    const Index groups = node(work).attributes.integers[8];
    std::string made = "tenon::Convolution NAME{" + literal(layer) + ", " + literal(w[1] * groups) +
                       ", " + literal(w[0]) + ", " + braced(Dims{w[2], w[3]});
    if (how != "tenon::Conv2d()" || !with_bias) made += ", " + how;
    if (!with_bias) made += ", tenon::Convolution::no_bias";
    return made += "};";
  }

  const Graph& graph_;
  Identifiers& identifiers_;
  std::vector<int> readers_;
  std::vector<CppLayer> layers_;
  std::map<std::string, std::size_t> known_;
  std::map<int, Call> calls_;  // by the last node
  std::map<int, int> inside_;
};

}  // namespace tenon::detail
