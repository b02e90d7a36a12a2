// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Batch normalisation in inference:  y = (x - mean) / sqrt(variance + epsilon) * gamma + beta,
/// each of one number a channel. It becomes part of the weights before it where nothing else reads
/// what it normalises: conv(x, w gamma / sqrt(variance + epsilon)) + ...
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// y = x scale + shift.
struct ChannelScale {
  std::vector<double> scale, shift;
};

/// Of the inputs 1 to 4; none where their values are not in the file.
inline std::optional<ChannelScale> channel_scale(const SourceNode& at, double epsilon) {
  Known of[4];
  for (int i = 0; i < 4; ++i) {
    const StoredTensor* stored = at.state.file.constant(at.input(i + 1));
    if (!stored) return {};
    of[i] = known(*stored);
    if (of[i].values.size() != of[0].values.size())
      at.fail("its inputs are of different sizes");
  }
  ChannelScale made;
  for (std::size_t c = 0; c < of[0].values.size(); ++c) {
    made.scale.push_back(of[0].values[c] / std::sqrt(of[3].values[c] + epsilon));
    made.shift.push_back(of[1].values[c] - of[2].values[c] * made.scale[c]);
  }
  return made;
}

/// What it can become part of: a convolution or product of a parameter, and its bias, one number a
/// channel.
struct Foldable {
  const Node* work = nullptr;
  int weights = -1, bias = -1;  // places of parameters, as of Imported::parameters
  int channel = 0;              // the dimension of the weights that is the channel
};

inline int parameter_at(const SourceNode& at, int node) {
  const Graph& graph = at.state.result.graph;
  for (std::size_t i = graph.parameters.size(); i-- > 0;)
    if (graph.parameters[i] == node && at.state.result.parameters[i].has_values) return int(i);
  return -1;
}

inline std::optional<Foldable> foldable(const SourceNode& at, Index channels) {
  const ImportState& state = at.state;
  const Graph& graph = state.result.graph;
  const auto node = [&](int id) -> const Node& { return graph.nodes[std::size_t(id)]; };
  const auto read_once = [&](int id) {  // as is what the file has no name of
    int readers = 0;
    for (std::size_t value = 0; value < state.held.size(); ++value)
      if (state.held[value].node == id) readers += state.readers[value];
    return readers <= 1;
  };
  Foldable f;
  int id = at.operand(0).node;
  if (state.keep_parameters || !read_once(id)) return {};
  const Node& last = node(id);
  const bool is_sum = last.op == &Add::info;  // which broadcasts: of pictures, along the width
  if (is_sum || last.op == &BiasAdd::info) {
    f.bias = parameter_at(at, last.inputs[1]);
    if (f.bias < 0 || !(node(last.inputs[1]).shape == Dims{channels})) return {};
    id = last.inputs[0];
    if (!(node(id).shape == last.shape) || !read_once(id)) return {};
  }
  f.work = &node(id);
  const bool is_product = f.work->op == &MatMul::info && f.work->shape.size() == 2;
  if (!is_product && (f.work->op != &Conv2d::info || is_sum)) return {};
  f.weights = parameter_at(at, f.work->inputs[1]);
  f.channel = is_product && !f.work->attributes.integers[1] ? 1 : 0;
  if (f.weights < 0) return {};
  return f;
}

/// The same work with other weights, and a bias.
inline void record_folded(const SourceNode& at, const Foldable& f, const ChannelScale& by) {
  ImportState& state = at.state;
  const Node work = *f.work;
  Known weights = known(state.result.parameters[std::size_t(f.weights)].tensor);
  Index behind = 1;
  for (int d = f.channel + 1; d < weights.shape.size(); ++d) behind *= weights.shape[d];
  for (std::size_t i = 0; i < weights.values.size(); ++i)
    weights.values[i] *= by.scale[i / std::size_t(behind) % by.scale.size()];
  std::vector<double> shift = by.shift;
  if (f.bias >= 0) {
    const Known bias = known(state.result.parameters[std::size_t(f.bias)].tensor);
    for (std::size_t c = 0; c < shift.size(); ++c) shift[c] += bias.values[c] * by.scale[c];
  }
  const std::string gamma(state.file.name(at.input(1)));
  const std::string name = state.result.parameters[std::size_t(f.weights)].tensor.name;
  const Value w = state.parameter_of(sentence(name, "*", gamma), weights.element, weights.shape,
                                     weights.values);
  const Value b = state.parameter_of(sentence(state.file.name(at.input(2)), "*", gamma),
                                     weights.element, {Index(shift.size())}, shift);
  const Value y = tenon::record(state.result.graph, *work.op, at.node.name, "work",
                                {{&state.result.graph, work.inputs[0]}, w}, work.attributes, {});
  at.result(at.record(BiasAdd(), {y, b}));
}

/// With the parameters as they are, which a checkpoint may give.
inline void record_unfolded(const SourceNode& at, double epsilon) {
  const Value x = at.operand(0);
  const Value raised =
      at.record(Add(), {at.operand(4), at.number("epsilon", epsilon, x.element())}, "raised");
  const Value scale = at.record(Div(), {at.operand(1), at.record(Sqrt(), {raised}, "deviation")},
                                "scale");
  const Value moved = at.record(Mul(), {at.operand(3), scale}, "moved");
  const Value shift = at.record(Sub(), {at.operand(2), moved}, "shift");
  Dims aligned{scale.shape().empty() ? 1 : scale.shape()[0]};
  for (int d = 2; d < x.shape().size(); ++d) aligned.push_back(1);
  const Value scaled = at.record(Mul(), {x, at.reshaped(scale, aligned, "factors")}, "scaled");
  at.result(at.record(BiasAdd(), {scaled, shift}));
}

/// MindSpore's inputs 5 to 8: whether it is in training, epsilon, the momentum and the format.
inline void record_batch_norm(const SourceNode& at) {
  const bool trains = at.integer(at.is_onnx() ? "training_mode" : "is_training",
                                 at.is_onnx() ? -1 : 5, 0) != 0;
  if (trains) at.fail("it is in training mode; legal: an export for inference");
  if (!at.is_onnx() && at.integer("data_format", 8, 0) != 0) at.fail("of another format than NCHW");
  if (at.integer("spatial", -1, 1) != 1) at.fail("it is not of one number a channel");
  const double epsilon = at.real("epsilon", at.is_onnx() ? -1 : 6, 1e-5);
  const Value x = at.operand(0);
  if (x.shape().size() < 2) at.fail(sentence("of ", text(x.shape()), "; legal: 2 dimensions"));
  const auto by = at.state.keep_parameters ? std::nullopt : channel_scale(at, epsilon);
  if (!by) return record_unfolded(at, epsilon);
  if (Index(by->scale.size()) != x.shape()[1])
    at.fail(sentence("of ", by->scale.size(), " channels, of ", text(x.shape())));
  if (const auto f = foldable(at, x.shape()[1])) return record_folded(at, *f, *by);
  Dims aligned{x.shape()[1]};
  for (int d = 2; d < x.shape().size(); ++d) aligned.push_back(1);
  const Value scaled =
      at.record(Mul(), {x, at.numbers("scale", x.element(), aligned, by->scale)}, "scaled");
  const Value shift = at.numbers("shift", x.element(), {x.shape()[1]}, by->shift);
  at.result(at.record(BiasAdd(), {scaled, shift}));
}

inline constexpr SourceOperator normalisation_operators[] = {
    {"BatchNormalization", "BatchNorm", &record_batch_norm},
};

}  // namespace tenon::detail
