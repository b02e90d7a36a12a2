// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance over the dimensions
/// from begin_norm_axis on; gamma and beta have x's last dimensions.
///   LayerNorm(1)(x, gamma, beta) of [16, 64, 32], [64, 32], [64, 32]
/// Communicates: nothing; the dimensions from begin_norm_axis on may not be cut.
/// MindSpore: LayerNormInfo (its outputs mean and variance have layouts, but are not kept here).
#include <cmath>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

constexpr Dims normalised_axes(const Operands& o) {
  Dims axes;
  const int rank = o.shapes[0].size();
  for (Index d = from_front(o.attributes.integers[0], rank); d < rank; ++d) axes.push_back(d);
  return axes;
}

constexpr Result infer_layer_norm(const Operands& o) {
  const Dims& x = o.shapes[0];
  Result r{floating_operands(o), x, o.elements[0]};
  if (!r.finding) r.finding = examine_axes({o.attributes.integers[0]}, x.size());
  for (int i = 1; i < 3 && !r.finding; ++i) {
    const Dims& scale = o.shapes[i];
    if (scale.size() > x.size())
      r.finding = {Mistake::other_rank, {}, i, 0, scale.size(), x.size()};
    for (int d = 0; d < scale.size() && !r.finding; ++d) {
      const int at = x.size() - scale.size() + d;
      if (scale[d] != x[at])
        r.finding = {Mistake::sizes_differ, {}, i, char('a' + at), x[at], scale[d]};
    }
  }
  return r;
}

/// [16, 64, 32] from axis 1 on: "aBC,BC,BC->aBC" and the outputs mean and variance "a11".
constexpr Equation layer_norm_equation(const Operands& o) {
  const Term x = whole_along(normalised_axes(o), o.shapes[0].size());
  Equation e{{x}, {x}, {}};
  for (int i = 1; i < 3; ++i) {
    Term scale;
    for (int d = x.size() - o.shapes[i].size(); d < x.size(); ++d) scale.push_back(x[d]);
    e.inputs.push_back(scale);
    Term moment = x;
    for (EquationAxis& axis : moment)
      if (!may_be_cut(axis.letter)) axis = {};
    e.outputs.push_back(moment);
  }
  return ordered(e);
}

template <class T>
void layer_norm_law(const KernelCall& call) {
  const Block& block = call.inputs[0];
  const int rank = block.box.size();
  const T *x = block.as<const T>(), *gamma = call.inputs[1].as<const T>(),
          *beta = call.inputs[2].as<const T>();
  T* y = call.output.as<T>();
  const T epsilon = T(call.attributes.reals[0]);
  Index n = 1;
  for (int d = int(from_front(call.attributes.integers[0], rank)); d < rank; ++d)
    n *= block.size(d);
  const Index scales = volume(call.inputs[1].box), shifts = volume(call.inputs[2].box);
  for (Index first = 0; first < volume(block.box); first += n) {  // the last dimensions are one run
    T mean = 0, variance = 0;
    for (Index i = 0; i < n; ++i) mean += x[first + i];
    mean /= T(n);
    for (Index i = 0; i < n; ++i) variance += (x[first + i] - mean) * (x[first + i] - mean);
    const T scale = 1 / std::sqrt(variance / T(n) + epsilon);
    for (Index i = first; i < first + n; ++i)
      y[i] = (x[i] - mean) * scale * gamma[i % scales] + beta[i % shifts];
  }
}

}  // namespace detail

struct LayerNorm : Operation<LayerNorm> {
  Index begin_norm_axis;
  double epsilon;
  constexpr explicit LayerNorm(Index axis = -1, double smallest = 1e-7)
      : begin_norm_axis(axis), epsilon(smallest) {}

  static constexpr Operator info{
      .name = "LayerNorm",
      .operands = 3,
      .infer = &detail::infer_layer_norm,
      .equation = &detail::layer_norm_equation,
      .law = {&detail::layer_norm_law<float>, &detail::layer_norm_law<double>},
      .integers = "begin_norm_axis",
      .reals = "epsilon"};
  constexpr Attributes attributes() const { return {{begin_norm_axis}, {epsilon}}; }
};
inline constexpr LayerNorm layer_norm{};

}  // namespace tenon
