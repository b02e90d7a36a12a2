// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = 1 / (1 + exp(-x)), element by element.
/// Communicates: nothing. MindSpore: SigmoidInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T sigmoid_of(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

struct Sigmoid : Operation<Sigmoid> {
  static constexpr Operator info{
      .name = "Sigmoid",
      .function = "sigmoid",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &sigmoid_of<float>>, &unary_law<double, &sigmoid_of<double>>},
      .scalar = {&sigmoid_of<float>, &sigmoid_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Sigmoid sigmoid{};

}  // namespace tenon
