// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a step of a plan costs on an Ascend, on the device whose block is largest:
///   price_plan(plan, topology, [&](const Step& s) { return step_price(plan, s, chip, mode); })
/// Operators compute in what the precision mode says. Bias and ReLU cost nothing at the exit of a
/// product, another activation as it does on the vector pipe; an operator of no model costs the
/// memory that it goes through.
#include <tenon/predict/advice.hpp>
#include <tenon/predict/plan_price.hpp>

namespace tenon {

namespace detail {

inline Dims block_of(const PlanView& plan, int buffer) {
  return plan.buffer(buffer).distribution.largest_block();
}
inline std::vector<Index> list_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

/// The products of a step: how many, of which shape.
inline void put_products(const PlanView& plan, const Step& step, OperatorTask& task) {
  const Dims y = block_of(plan, step.output), a = block_of(plan, step.inputs[0]);
  const Dims b = block_of(plan, step.inputs[1]);
  Index m = y[y.size() - 2];
  const Index n = y[y.size() - 1], k = a[a.size() - (step.attributes.integers[0] ? 2 : 1)];
  for (int d = 0; d + 2 < y.size(); ++d) (b.size() > 2 ? task.batch : m) *= y[d];
  task.op = "matmul", task.shape = {m, n, k};
}

/// Convolutions and pools: a plan's attributes are kernel (of pools), stride, border, dilation.
inline void put_windows(const PlanView& plan, const Step& step, OperatorTask& task) {
  const Dims x = block_of(plan, step.inputs[0]);
  const bool is_pool = is_named(pools, task.op);
  task.shape = list_of(x);
  const auto& integers = step.attributes.integers;
  task.filters = is_pool ? std::vector<Index>{integers[0], integers[1]}
                         : list_of(block_of(plan, step.inputs[1]));
  // What the border and the dilation make of it: as many places as the result has.
  const Dims y = block_of(plan, step.output);
  task.stride = {1, 1};
  const auto kernel = [&](int d) { return task.filters[task.filters.size() - 2 + std::size_t(d)]; };
  task.padding = {0, y[2] + kernel(0) - 1 - x[2], 0, y[3] + kernel(1) - 1 - x[3]};
}

inline OperatorTask task_of(const PlanView& plan, const Step& step, const Precision& precision) {
  OperatorTask task;
  task.op = step.op->name;
  task.element = precision.inputs, task.result = precision.result;
  if (task.op == "MatMul") put_products(plan, step, task);
  else if (task.op == "Conv2D") put_windows(plan, step, task), task.op = "conv2d";
  else if (is_named(pools, task.op)) put_windows(plan, step, task);
  else if (task.op == "Transpose") {
    task.op = "transpose", task.shape = list_of(block_of(plan, step.inputs[0]));
    for (const Index d : step.attributes.integers) task.axes.push_back(d);
  } else {  // what moves numbers, or has no model: what is read more often than it is written
    task.op = "concat";
    task.shape = {tenon::product(block_of(plan, step.output))};
  }
  return task;
}

/// The program of a function of elements or of lines; none: it has none.
inline std::optional<VectorOperator> vector_step(const PlanView& plan, const Step& step,
                                                 const Precision& precision) {
  std::vector<Dims> shapes;
  for (const int input : step.inputs) shapes.push_back(block_of(plan, input));
  return vector_operator(step.op->name, shapes, block_of(plan, step.output), step.attributes,
                         precision.inputs);
}

}  // namespace detail

/// @throws Error where the chip cannot compute it so, as float32 products on a 910
inline ComputePrice step_price(const PlanView& plan, const Step& step, const AscendChip& chip,
                               PrecisionMode mode) {
  Precision precision = precision_of(step.op->name, mode, chip);
  for (const int buffer : step.inputs)
    if (product(detail::block_of(plan, buffer)) == 0) return {};
  if (product(detail::block_of(plan, step.output)) == 0) return {};
  if (detail::is_moving_operator(step.op->name)) {
    const std::vector<Element> held = held_elements(plan, chip, mode);
    precision = {held[std::size_t(step.output)], held[std::size_t(step.output)]};
  }
  OperatorTask task = detail::task_of(plan, step, precision);
  OperatorTime time;
  if (const auto x = detail::vector_step(plan, step, precision)) {
    task.op = step.op->name;
    detail::predict_vector(x->task, {}, chip, time);
    time.band = band_of(time.family);
  } else {
    time = predict(task, chip);
  }
  double once = time.time.task, bound = time.roofline.bound();
  if (step.activation && step.activation->name != std::string_view("ReLU")) {
    const Precision after = precision_of(step.activation->name, mode, chip);
    OperatorTask fused{.op = std::string(step.activation->name),
                       .shape = {product(detail::block_of(plan, step.output))},
                       .element = after.inputs};
    if (!element_function(fused.op)) fused.op = "copy";
    const OperatorTime more = predict(fused, chip);
    once += more.time.core, bound += more.roofline.vector;
  }
  return {{bound * 1e-6, once * 1e-6, once * (1 + time.band) * 1e-6},
          time.launch() > once / 2 ? "launch" : std::string(time.roofline.limit()),
          time.time.hbm_bytes,
          advice(task, time, chip)};
}

}  // namespace tenon
