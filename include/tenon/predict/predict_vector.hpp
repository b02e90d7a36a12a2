// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Functions of elements and of lines, pools, transpositions and what moves numbers, on the vector
/// cores.
///   predict_vector(task.placed(chip), {}, "softmax", chip, time)
#include <tenon/backend/ascend/time/transpose_time.hpp>
#include <tenon/backend/ascend/time/vector_time.hpp>
#include <tenon/predict/operator_task.hpp>
#include <tenon/predict/operator_time.hpp>

namespace tenon::detail {

inline void predict_vector(const AscendVector& task, const VectorTiling& pinned,
                           const AscendChip& chip, OperatorTime& all) {
  const AscendVector t = task.placed(chip);
  const VectorTiling tiling = vector_tiling(t, chip, pinned);
  all.time = vector_time(t, chip, tiling);
  all.roofline = roofline(work_of(t), chip);
  all.family = t.reduces() ? "functions of lines" : "element-wise library";
  if (pinned.tile != 0) all.family = "add kernels";
  all.tiling = sentence("cores ", Index(all.time.cores), ", tiles of ");
  if (t.is_flat()) all.tiling += sentence(tiling.tile);
  else
    all.tiling += sentence(tiling.lines, " lines of ", std::min(tiling.tile, t.line_numbers()),
                           tiling.tile < t.line_numbers() ? ", lines in parts" : "");
}

/// Of two operands, one of which may be repeated.
inline Dims result_of(std::string_view op, const Dims& x, const Dims& w) {
  const bool channel = (op == "BiasAdd" || op == "PReLU") && w.size() == 1 && x.size() > 1;
  Dims result = x.size() < w.size() ? w : x;
  const Dims& other = x.size() < w.size() ? x : w;
  const int offset = channel ? 1 : result.size() - other.size();
  for (int d = 0; d < other.size(); ++d) {
    Index& size = result[d + offset];
    if (size == 1) size = other[d];
    else if (other[d] != 1 && other[d] != size)
      throw Error(sentence(text(other), " is not repeated over ", text(x.size() < w.size() ? w : x),
                           ": ", other[d], " against ", size));
  }
  return result;
}

/// As the network's operator of these shapes.
inline AscendVector vector_task_of(const OperatorTask& task) {
  const Dims shape = dims_of(task.shape);
  std::vector<Dims> inputs{shape};
  Dims result = shape;
  Attributes attributes;
  const LineFunction* line = line_function(task.op);
  const ElementFunction* element = element_function(task.op);
  if (element && element->operands == 2) {
    inputs.push_back(task.other.empty() ? shape : dims_of(task.other));
    result = result_of(element->of, shape, inputs[1]);
  }
  if (line) {
    const bool norm = line->of == "LayerNorm";
    if (line->reduces) attributes.integers.push_back(0);
    for (const Index axis : task.axes) attributes.integers.push_back(axis);
    if (task.axes.empty()) attributes.integers.push_back(-1);
    attributes.reals.push_back(1e-5);
    for (int d = line->reduces ? 1 : 0; d < attributes.integers.size(); ++d) {
      Index& axis = attributes.integers[d];
      if (axis < -shape.size() || axis >= shape.size())
        throw Error(sentence("there is no axis ", axis, " of ", text(shape)));
      if (axis < 0) axis += shape.size();
    }
    Dims scale;
    for (int d = int(attributes.integers[0]); norm && d < shape.size(); ++d)
      scale.push_back(shape[d]);
    if (norm) inputs.push_back(scale), inputs.push_back(scale);
  }
  const std::string_view own = line ? line->of : element->of.empty() ? element->name : element->of;
  const auto x = vector_operator(own, inputs, result, attributes, task.element);
  if (!x)
    throw Error(sentence(task.op, " of ", text(shape),
                         " is no program of the vector pipe: its axes lie beside each other"));
  return x->task;
}

inline void predict_operator_of(const OperatorTask& task, const AscendChip& chip,
                                OperatorTime& all) {
  predict_vector(vector_task_of(task), task.vector, chip, all);
  if (const LineFunction* line = line_function(task.op))
    all.family = line->name == "softmax" ? "softmax" : "functions of lines";
}

/// Each window's numbers one after another onto the first ones.
inline void predict_pool(const OperatorTask& task, const AscendChip& chip, Index outputs,
                         OperatorTime& all) {
  if (task.filters.size() != 2) throw Error("a pool's window is [kh, kw]");
  VectorBuilder w;
  const int x = w.operand(VectorExtent::whole);
  w.then(AscendFunction::max_row, x);
  w.task.down = true;
  w.task.rows = numbers_of(task.filters);
  w.task.columns = outputs;
  w.task.element = w.task.result = w.task.work = task.element;
  if (task.element == Element::bfloat16) w.task.work = Element::float32;
  predict_vector(w.task, task.vector, chip, all);
  all.family = "functions of lines";
}

inline void predict_transpose(const OperatorTask& task, const AscendChip& chip, OperatorTime& all) {
  Dims order;
  for (const Index axis : task.axes) order.push_back(axis);
  const AscendTranspose t = transpose_task(dims_of(task.shape), order, task.element);
  all.time = transpose_time(t, chip);
  const double moved = double(t.numbers() * bytes(t.element));
  all.roofline = roofline({.read_bytes = moved, .written_bytes = moved}, chip);
  all.family = "transpositions";
  all.tiling = sentence(t.batch, " of ", t.rows, "x", t.columns,
                        t.inner > 1 ? sentence(", runs of ", t.inner) : std::string());
}

}  // namespace tenon::detail
