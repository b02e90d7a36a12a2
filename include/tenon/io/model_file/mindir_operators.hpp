// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How MindIR says an operator: MatMul(true, false) is "MatMul" with the constants true and false
/// behind its operands, Conv2d is "Conv2D" with attributes.
///   mindir_operator(graph, node)->constants.size() == 2
/// MindSpore 2.10: the primitives' arguments in its Python operators.
#include <optional>
#include <vector>

#include <tenon/io/model_file/mindir_attribute.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::detail {

struct MindirOperator {
  std::string type;
  std::vector<std::string> attributes{};  // of the primitive
  std::vector<std::string> constants{};   // further inputs
  bool reads_tuple = false;               // its operands are one tuple
  bool makes_tuple = false;               // its result is the first of one
};

/// What is said of one node.
class MindirOperatorOf {
 public:
  MindirOperatorOf(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  /// None of an operator that MindIR has no name of.
  std::optional<MindirOperator> say() const {
    const Operator* op = node_.op;
    const auto& n = node_.attributes.integers;
    MindirOperator said{std::string(op->name)};
    const auto constants = [&](auto... all) { (said.constants.push_back(all), ...); };
    if (op == &MatMul::info) {
      if (node_.shape.size() > 2) said.type = "BatchMatMul";
      constants(flag(n[0]), flag(n[1]));
    } else if (op == &BiasAdd::info) {
      constants(integer(0));  // NCHW
    } else if (op == &Softmax::info || op == &LogSoftmax::info) {
      if (op == &LogSoftmax::info && n.size() == 1) constants(integer(n[0]));
      else constants(tuple(n));
    } else if (op == &Reshape::info || op == &Transpose::info || op == &BroadcastTo::info) {
      constants(tuple(n));
    } else if (op == &ReduceSum::info || op == &ReduceMean::info || op == &ReduceMax::info) {
      Dims axes;
      for (int i = 1; i < n.size(); ++i) axes.push_back(n[i]);
      constants(tuple(axes), flag(n[0]));
      if (op == &ReduceSum::info) constants(flag(false));
    } else if (op == &StridedSlice::info) {
      const int named = n.size() / 3;
      for (int list = 0; list < 3; ++list) {
        Dims numbers;
        for (int d = 0; d < named; ++d) numbers.push_back(n[list * named + d]);
        constants(tuple(numbers));
      }
      for (int mask = 0; mask < 5; ++mask) constants(integer(0));
    } else if (op == &Gather::info) {
      constants(integer(n[0]), integer(0));
    } else if (op == &Concat::info) {
      said.reads_tuple = true;
      constants(integer(n[0]));
    } else if (op == &LayerNorm::info) {
      said.makes_tuple = true;
      constants(integer(n[0]), integer(n[0]), real_attribute("value", node_.attributes.reals[0]));
    } else if (op == &L2Normalize::info) {
      said.attributes = {tuple_attribute("axis", n),
                         real_attribute("epsilon", node_.attributes.reals[0])};
    } else if (op == &OneHot::info) {
      said.attributes = {integer_attribute("axis", n[1])};
      constants(integer(n[0]), real_attribute("value", node_.attributes.reals[0]),
                real_attribute("value", node_.attributes.reals[1]));
    } else if (op == &Conv2d::info) {
      say_convolution(said);
    } else if (op == &MaxPool::info || op == &AveragePool::info) {
      say_pool(said);
    } else if (op == &Pad::info) {
      say_pad(said);
    } else if (op == &Cast::info) {
      constants(integer(43));  // float32
    } else if (op == &Identity::info) {
      said.type = "Identity";
    } else if (!is_plain(op)) {
      return {};
    }
    return said;
  }

 private:
  static std::string flag(Index value) { return flag_attribute("value", value != 0); }
  static std::string integer(Index value) { return integer_attribute("value", value); }
  static std::string tuple(const auto& values) { return tuple_attribute("value", values); }
  /// Nothing but its operands.
  static bool is_plain(const Operator* op) {
    return find_operator(op->name) == op && op->integers.empty() && op->reals.empty();
  }
  Dims numbers(int first, int count) const {
    Dims list;
    for (int i = 0; i < count; ++i) list.push_back(node_.attributes.integers[first + i]);
    return list;
  }

  /// Pairs of numbers for each dimension, from the last on.
  void say_pad(MindirOperator& said) const {
    const auto& n = node_.attributes.integers;
    const int rank = n.size() / 2;
    std::vector<Index> pairs;
    for (int d = rank - 1; d >= 0; --d) pairs.push_back(n[d]), pairs.push_back(n[rank + d]);
    said.attributes = {text_attribute("mode", "constant"),
                       flag_attribute("paddings_contiguous", true)};
    said.constants = {tuple(pairs), real_attribute("value", node_.attributes.reals[0])};
  }

  /// The attributes are strides, border, dilations and groups.
  void say_convolution(MindirOperator& said) const {
    const Dims& w = graph_.nodes[std::size_t(node_.inputs[1])].shape;
    const Dims stride = numbers(0, 2), border = numbers(2, 4), dilation = numbers(6, 2);
    said.attributes = {tuple_attribute("kernel_size", Dims{w[2], w[3]}),
                       integer_attribute("mode", 1),
                       integer_attribute("out_channel", w[0]),
                       text_attribute("pad_mode", "pad"),
                       tuple_attribute("pad", border),
                       tuple_attribute("pad_list", border),
                       text_attribute("format", "NCHW"),
                       tuple_attribute("stride", Dims{1, 1, stride[0], stride[1]}),
                       tuple_attribute("dilation", Dims{1, 1, dilation[0], dilation[1]}),
                       integer_attribute("group", node_.attributes.integers[8])};
  }

  /// MindSpore's pools have neither a border nor a dilation, but MindSpore Lite's pad_mode "pad".
  void say_pool(MindirOperator& said) const {
    const Dims kernel = numbers(0, 2), stride = numbers(2, 2), border = numbers(4, 4);
    const Dims dilation = numbers(8, 2);
    const auto& n = node_.attributes.integers;
    const bool averages = node_.op == &AveragePool::info;
    const bool is_valid = border == Dims{0, 0, 0, 0} && dilation == Dims{1, 1} && !n[10];
    if (averages && is_valid) {
      said.constants = {tuple(kernel), tuple(stride), integer(2), integer(0)};
      return;
    }
    said.attributes = {tuple_attribute("kernel_size", Dims{1, 1, kernel[0], kernel[1]}),
                       tuple_attribute("strides", Dims{1, 1, stride[0], stride[1]}),
                       text_attribute("pad_mode", is_valid ? "VALID" : "PAD"),
                       text_attribute("format", "NCHW")};
    if (is_valid) return;
    said.attributes.push_back(tuple_attribute("pad_list", border));
    said.attributes.push_back(tuple_attribute("dilation", dilation));
    said.attributes.push_back(flag_attribute("ceil_mode", n[10]));
    if (averages) said.attributes.push_back(flag_attribute("count_include_pad", n[11]));
  }

  const Graph& graph_;
  const Node& node_;
};

}  // namespace tenon::detail
