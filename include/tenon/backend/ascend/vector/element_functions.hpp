// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Functions of elements as the vector pipe computes them: sigmoid(x) = 1 / (1 + exp(-x)).
///   const ElementFunction* f = element_function("sigmoid");  f->write(builder, x, -1)
/// Those of several instructions are computed in float32 whatever their numbers are, and rounded
/// once behind them.
#include <tenon/backend/ascend/vector/vector_builder.hpp>

namespace tenon {

struct ElementFunction {
  std::string_view name, of;  // of: the network's operator, if there is one
  int operands = 1;
  int (*write)(detail::VectorBuilder&, int a, int b) = nullptr;  // gives the result's value
};

namespace detail {

template <AscendFunction function>
int one_step(VectorBuilder& w, int a, int b) {
  return w.then(function, a, takes_two(function) ? b : -1);
}

inline int write_sigmoid(VectorBuilder& w, int x, int) {
  using F = AscendFunction;
  const int e = w.then(F::exp, w.scaled(F::mul_scalar, x, -1));
  return w.then(F::reciprocal, w.scaled(F::add_scalar, e, 1));
}
/// x/2 (1 + f)
inline int write_gate(VectorBuilder& w, int x, int f) {
  using F = AscendFunction;
  return w.then(F::mul, w.scaled(F::mul_scalar, w.scaled(F::add_scalar, f, 1), 0.5), x);
}
inline int write_gelu(VectorBuilder& w, int x, int) {
  using F = AscendFunction;
  return write_gate(w, x, w.then(F::erf, w.scaled(F::mul_scalar, x, 0.7071067811865476)));
}
/// tanh(sqrt(2/pi) x (1 + 0.044715 x^2))
inline int write_gelu_tanh(VectorBuilder& w, int x, int) {
  using F = AscendFunction;
  const int square = w.scaled(F::mul_scalar, w.then(F::mul, x, x), 0.044715 * 0.7978845608028654);
  const int inner = w.then(F::mul, w.scaled(F::add_scalar, square, 0.7978845608028654), x);
  return write_gate(w, x, w.then(F::tanh, inner));
}
/// The larger of x and 0, and the slope times the smaller.
inline int write_prelu(VectorBuilder& w, int x, int slope) {
  using F = AscendFunction;
  const int below = w.then(F::mul, w.scaled(F::min_scalar, x, 0), slope);
  return w.then(F::add, below, w.then(F::relu, x));
}
inline int write_exp_affine(VectorBuilder& w, int x, int) {
  using F = AscendFunction;
  return w.then(F::exp, w.scaled(F::add_scalar, w.scaled(F::mul_scalar, x, 1), 0));
}
inline int write_silu(VectorBuilder& w, int x, int) {
  return w.then(AscendFunction::mul, write_sigmoid(w, x, -1), x);
}

/// The larger of x and -x.
inline int write_abs(VectorBuilder& w, int x, int) {
  return w.then(AscendFunction::max, x, w.scaled(AscendFunction::mul_scalar, x, -1));
}
inline int write_relu6(VectorBuilder& w, int x, int) {
  return w.scaled(AscendFunction::min_scalar, w.then(AscendFunction::relu, x), 6);
}
/// min(max(x + 3, 0), 6) / 6
inline int write_hsigmoid(VectorBuilder& w, int x, int) {
  const int moved = w.scaled(AscendFunction::add_scalar, x, 3);
  return w.scaled(AscendFunction::mul_scalar, write_relu6(w, moved, -1), 1.0 / 6);
}
inline int write_hswish(VectorBuilder& w, int x, int) {
  return w.then(AscendFunction::mul, write_hsigmoid(w, x, -1), x);
}

inline constexpr ElementFunction element_functions[] = {
    {"copy", "", 1, &one_step<AscendFunction::copy>},
    {"add", "Add", 2, &one_step<AscendFunction::add>},
    {"bias_add", "BiasAdd", 2, &one_step<AscendFunction::add>},
    {"sub", "Sub", 2, &one_step<AscendFunction::sub>},
    {"mul", "Mul", 2, &one_step<AscendFunction::mul>},
    {"div", "Div", 2, &one_step<AscendFunction::div>},
    {"maximum", "Maximum", 2, &one_step<AscendFunction::max>},
    {"minimum", "Minimum", 2, &one_step<AscendFunction::min>},
    {"pow", "Pow", 2, &one_step<AscendFunction::pow>},
    {"prelu", "PReLU", 2, &write_prelu},
    {"relu", "ReLU", 1, &one_step<AscendFunction::relu>},
    {"exp", "Exp", 1, &one_step<AscendFunction::exp>},
    {"exp_affine", "", 1, &write_exp_affine},
    {"log", "Log", 1, &one_step<AscendFunction::ln>},
    {"sqrt", "Sqrt", 1, &one_step<AscendFunction::sqrt>},
    {"reciprocal", "", 1, &one_step<AscendFunction::reciprocal>},
    {"tanh", "Tanh", 1, &one_step<AscendFunction::tanh>},
    {"erf", "Erf", 1, &one_step<AscendFunction::erf>},
    {"sigmoid", "Sigmoid", 1, &write_sigmoid},
    {"abs", "Abs", 1, &write_abs},
    {"relu6", "ReLU6", 1, &write_relu6},
    {"hsigmoid", "HSigmoid", 1, &write_hsigmoid},
    {"hswish", "HSwish", 1, &write_hswish},
    {"silu", "", 1, &write_silu},
    {"gelu", "", 1, &write_gelu},
    {"gelu_tanh", "GeLU", 1, &write_gelu_tanh},
};

/// One instruction of the vector unit, and no sequence of others.
constexpr bool is_single(AscendFunction f) {
  return f != AscendFunction::tanh && f != AscendFunction::erf && f != AscendFunction::pow;
}

}  // namespace detail

/// By either name; null: there is none.
constexpr const ElementFunction* element_function(std::string_view name) {
  for (const ElementFunction& f : detail::element_functions)
    if (f.name == name || (f.of == name && !name.empty())) return &f;
  return nullptr;
}

/// In what a task of such numbers is computed.
inline Element work_element(const AscendVector& t, Element element) {
  const bool alone = t.steps.size() == 1 && detail::is_single(t.steps[0].function) && !t.reduces();
  return alone && element != Element::bfloat16 ? element : Element::float32;
}

/// n numbers of a function.
inline AscendVector element_task(const ElementFunction& f, Index n, Element element) {
  detail::VectorBuilder w;
  const int a = w.operand(VectorExtent::whole);
  const int b = f.operands == 2 ? w.operand(VectorExtent::whole) : -1;
  f.write(w, a, b);
  w.task.columns = n;
  w.task.element = w.task.result = element;
  w.task.work = work_element(w.task, element);
  return w.task;
}

}  // namespace tenon
