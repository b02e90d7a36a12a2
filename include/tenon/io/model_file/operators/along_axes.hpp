// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators along axes: softmaxes, means, sums and normalisation of layers.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// Before version 13 ONNX takes all dimensions from the axis on as one.
inline Dims softmax_axes(const SourceNode& at) {
  if (!at.is_onnx()) {
    const Dims axes = at.dims("axis", 1);
    return axes.empty() ? Dims{-1} : axes;
  }
  if (at.opset() >= 13) return {at.integer("axis", -1, -1)};
  Dims axes;
  const int rank = at.shape(0).size();
  for (Index d = from_front(at.integer("axis", -1, 1), rank); d < rank; ++d)
    if (d >= 0) axes.push_back(d);
  return axes;
}
template <class Op>
void record_softmax(const SourceNode& at) {
  at.result(at.record(Op(softmax_axes(at)), {at.operand(0)}));
}

/// Without axes: along all, or, if ONNX' noop_with_empty_axes says so, along none.
template <class Op>
Value reduced(const SourceNode& at, Value x, std::string_view part = {}) {
  const Dims axes = at.dims(at.is_onnx() ? "axes" : "axis", 1);
  const bool keeps = at.is_onnx() ? at.integer("keepdims", -1, 1) != 0
                                  : at.integer("keep_dims", 2, 0) != 0;
  if (axes.empty() && at.is_onnx() && at.integer("noop_with_empty_axes", -1, 0) != 0)
    return x;
  return at.record(Op(axes, keeps), {x}, part);
}
template <class Op>
void record_reduction(const SourceNode& at) {
  const Value x = at.operand(0), y = reduced<Op>(at, x);
  if (y.node == x.node) at.pass();
  else at.result(y);
}

/// The smallest is -max(-x).
inline void record_reduce_min(const SourceNode& at) {
  const Value x = at.operand(0), minus_one = at.number("minus_one", -1, x.element());
  const Value negative = at.record(Mul(), {x, minus_one}, "negative");
  const Value largest = reduced<ReduceMax>(at, negative, "largest");
  if (largest.node == negative.node) return at.pass();
  at.result(at.record(Mul(), {largest, minus_one}));
}

/// Of pictures of any number of dimensions: the mean of each channel, or the largest.
template <class Op>
void record_global_pool(const SourceNode& at) {
  Dims axes;
  for (int d = 2; d < at.shape(0).size(); ++d) axes.push_back(d);
  if (axes.empty()) at.fail(sentence("of ", text(at.shape(0)), "; legal: pictures with channels"));
  at.result(at.record(Op(axes, true), {at.operand(0)}));
}

/// ONNX may leave the shift out. MindSpore's inputs 3 to 5 are the axes and epsilon.
inline void record_layer_norm(const SourceNode& at) {
  const Value x = at.operand(0), gamma = at.operand(1);
  const int rank = x.shape().size();
  const Index axis = at.is_onnx() ? at.integer("axis", -1, -1)
                                  : at.integer("begin_norm_axis", 3, -1);
  const double epsilon = at.is_onnx() ? at.real("epsilon", -1, 1e-5) : at.real("epsilon", 5, 1e-7);
  const Index first = from_front(axis, rank);
  if (first < 0 || first >= rank) at.fail(sentence("of axis ", axis, ", of ", text(x.shape())));
  const std::vector<double> zeros(at.has(2) ? 0 : std::size_t(product(gamma.shape())));
  const Value beta =
      at.has(2) ? at.operand(2) : at.numbers("shift", x.element(), gamma.shape(), zeros);
  at.result(at.record(LayerNorm(first, epsilon), {x, gamma, beta}));
}

inline constexpr SourceOperator operators_along_axes[] = {
    {"Softmax", "Softmax", &record_softmax<Softmax>},
    {"LogSoftmax", "LogSoftmax", &record_softmax<LogSoftmax>},
    {"ReduceMean", "ReduceMean", &record_reduction<ReduceMean>},
    {"ReduceSum", "ReduceSum", &record_reduction<ReduceSum>},
    {"ReduceMax", "ReduceMax", &record_reduction<ReduceMax>},
    {"ReduceMin", "ReduceMin", &record_reduce_min},
    {"", "MeanExt", &record_reduction<ReduceMean>},
    {"", "SumExt", &record_reduction<ReduceSum>},
    {"GlobalAveragePool", "", &record_global_pool<ReduceMean>},
    {"GlobalMaxPool", "", &record_global_pool<ReduceMax>},
    {"LayerNormalization", "LayerNorm", &record_layer_norm},
};

}  // namespace tenon::detail
