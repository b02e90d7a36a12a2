// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a step of a plan costs on an Ascend, on the device whose block is largest:
///   price_plan(plan, topology, [&](const Step& s) { return step_price(plan, s, chip, mode); })
/// Operators compute in what the precision mode says. Conv2D is priced as the product that it is,
/// what the model of elements lacks as the memory it goes through; bias and ReLU cost nothing at
/// the exit, another activation as it does on the vector pipe.
#include <tenon/backend/ascend/rounding/precision.hpp>
#include <tenon/plan/plan.hpp>
#include <tenon/predict/plan_price.hpp>
#include <tenon/predict/predict_operator.hpp>

namespace tenon {

namespace detail {

/// Of a network's operator: of the names of elementwise_recipes(); none: "copy".
constexpr std::string_view recipe_of(std::string_view op) {
  constexpr std::string_view names[][2] = {{"Add", "add"},         {"BiasAdd", "add"},
                                           {"Sub", "sub"},         {"Mul", "mul"},
                                           {"Div", "div"},         {"ReLU", "relu"},
                                           {"Sqrt", "sqrt"},       {"Tanh", "tanh"},
                                           {"Erf", "tanh"},        {"GeLU", "gelu"},
                                           {"Sigmoid", "sigmoid"}, {"Softmax", "softmax"},
                                           {"Pow", "exp_affine"},  {"LogSoftmax", "softmax"},
                                           {"PReLU", "mul"}};
  for (const auto& [own, recipe] : names)
    if (own == op) return recipe;
  return "copy";
}

/// Numbers of the largest block.
inline Index largest(const Buffer& buffer) {
  return tenon::product(buffer.distribution.largest_block());
}

/// The products of a step: how many, of which shape.
struct Products {
  Index count = 1, m = 1, n = 1, k = 1;
};
inline Products products_of(const PlanView& plan, const Step& step) {
  const Dims y = plan.buffer(step.output).distribution.largest_block();
  const Dims a = plan.buffer(step.inputs[0]).distribution.largest_block();
  const Dims b = plan.buffer(step.inputs[1]).distribution.largest_block();
  if (step.op->name == std::string_view("Conv2D"))  // [N, C, H, W], [O, C / groups, kh, kw]
    return {1, y[0] * y[2] * y[3], b[0], tenon::product(b) / std::max<Index>(b[0], 1)};
  Products p;
  p.m = y[y.size() - 2], p.n = y[y.size() - 1];
  p.k = a[a.size() - (step.attributes.integers[0] ? 2 : 1)];
  for (int d = 0; d + 2 < y.size(); ++d) (b.size() > 2 ? p.count : p.m) *= y[d];
  return p;
}

}  // namespace detail

/// @throws Error where the chip cannot compute it so, as float32 products on a 910
inline ComputePrice step_price(const PlanView& plan, const Step& step, const AscendChip& chip,
                               PrecisionMode mode) {
  const Precision precision = precision_of(step.op->name, mode, chip);
  OperatorTask task;
  task.op = detail::recipe_of(step.op->name);
  task.element = precision.inputs, task.result = precision.result;
  Index count = 1;
  if (detail::is_matrix_operator(step.op->name)) {
    const detail::Products p = detail::products_of(plan, step);
    count = p.count;
    task.op = "matmul", task.shape = {p.m, p.n, p.k};
  } else {
    task.shape = {detail::largest(plan.buffer(step.output))};
    for (const int input : step.inputs)  // what is read more often than it is written
      task.shape[0] = std::max(task.shape[0], detail::largest(plan.buffer(input)));
  }
  if (count == 0 || tenon::product(plan.buffer(step.output).distribution.largest_block()) == 0)
    return {};
  const OperatorTime time = predict(task, chip);
  const double launch = time.time.task - time.time.core;
  double once = time.time.core * double(count) + launch;
  double bound = time.roofline.bound() * double(count);
  if (step.activation && step.activation->name != std::string_view("ReLU")) {
    task.op = detail::recipe_of(step.activation->name);
    task.shape = {detail::largest(plan.buffer(step.output))};
    const OperatorTime after = predict(task, chip);
    once += after.time.core, bound += after.roofline.vector;
  }
  return {{bound * 1e-6, once * 1e-6, once * (1 + time.band) * 1e-6},
          launch > once / 2 ? "launch" : std::string(time.roofline.limit())};
}

}  // namespace tenon
