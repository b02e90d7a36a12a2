// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Functions of lines as the vector pipe computes them: softmax(x) = e / sum e, e = exp(x - max x).
///   const LineFunction* f = line_function("Softmax");  f->write(builder, x, attributes of it)
/// They are computed in float32, and rounded once behind it. A sum is added row by row in the order
/// of its numbers; down a column by halves.
#include <tenon/backend/ascend/vector/element_functions.hpp>

namespace tenon {

/// What a function of lines is told: its operands, its line's numbers, its epsilon.
struct LineCall {
  int x = 0, gamma = -1, beta = -1;
  double count = 1, epsilon = 0;
};

struct LineFunction {
  std::string_view name, of;
  bool reduces = false;  // a number a line is left
  int (*write)(detail::VectorBuilder&, const LineCall&) = nullptr;
};

namespace detail {

/// x - max x.
inline int write_lowered(VectorBuilder& w, int x) {
  return w.then(AscendFunction::sub, x, w.then(AscendFunction::max_row, x));
}
inline int write_softmax(VectorBuilder& w, const LineCall& c) {
  const int e = w.then(AscendFunction::exp, write_lowered(w, c.x));
  return w.then(AscendFunction::div, e, w.then(AscendFunction::sum_row, e));
}
inline int write_log_softmax(VectorBuilder& w, const LineCall& c) {
  const int low = write_lowered(w, c.x);
  const int sum = w.then(AscendFunction::sum_row, w.then(AscendFunction::exp, low));
  return w.then(AscendFunction::sub, low, w.then(AscendFunction::ln, sum));
}
inline int write_sum(VectorBuilder& w, const LineCall& c) {
  return w.then(AscendFunction::sum_row, c.x);
}
inline int write_mean(VectorBuilder& w, const LineCall& c) {
  return w.scaled(AscendFunction::mul_scalar, write_sum(w, c), 1 / c.count);
}
inline int write_l2_normalize(VectorBuilder& w, const LineCall& c) {
  using F = AscendFunction;
  const int sum = w.then(F::sum_row, w.then(F::mul, c.x, c.x));
  const int root = w.then(F::sqrt, w.scaled(F::max_scalar, sum, c.epsilon));
  return w.then(F::mul, c.x, w.then(F::reciprocal, root));
}
inline int write_layer_norm(VectorBuilder& w, const LineCall& c) {
  using F = AscendFunction;
  const int centred = w.then(F::sub, c.x, write_mean(w, c));
  LineCall squares = c;
  squares.x = w.then(F::mul, centred, centred);
  const int variance = w.scaled(F::add_scalar, write_mean(w, squares), c.epsilon);
  int y = w.then(F::mul, centred, w.then(F::reciprocal, w.then(F::sqrt, variance)));
  if (c.gamma >= 0) y = w.then(F::mul, y, c.gamma);
  return c.beta >= 0 ? w.then(F::add, y, c.beta) : y;
}

inline constexpr LineFunction line_functions[] = {
    {"softmax", "Softmax", false, &write_softmax},
    {"log_softmax", "LogSoftmax", false, &write_log_softmax},
    {"l2_normalize", "L2Normalize", false, &write_l2_normalize},
    {"layer_norm", "LayerNorm", false, &write_layer_norm},
    {"reduce_sum", "ReduceSum", true, &write_sum},
    {"reduce_mean", "ReduceMean", true, &write_mean},
};

}  // namespace detail

/// By either name; null: there is none.
constexpr const LineFunction* line_function(std::string_view name) {
  for (const LineFunction& f : detail::line_functions)
    if (f.name == name || f.of == name) return &f;
  return nullptr;
}

/// Lines of [outer, line, inner] numbers: rows where inner is 1, else columns.
inline AscendVector line_task(const LineFunction& f, Index outer, Index line, Index inner,
                              Element element, double epsilon = 0, bool scales = false) {
  detail::VectorBuilder w;
  LineCall call{.x = w.operand(VectorExtent::whole), .count = double(line), .epsilon = epsilon};
  if (scales) {
    call.gamma = w.operand(VectorExtent::along);
    call.beta = w.operand(VectorExtent::along);
  }
  f.write(w, call);
  w.task.down = inner > 1;
  w.task.batch = w.task.down ? outer : 1;
  w.task.rows = w.task.down ? line : outer;
  w.task.columns = w.task.down ? inner : line;
  w.task.element = w.task.result = element;
  w.task.work = Element::float32;
  return w.task;
}

}  // namespace tenon
