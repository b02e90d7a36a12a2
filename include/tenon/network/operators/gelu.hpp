// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): MindSpore's GeLU, the tanh form.
/// Communicates: nothing. MindSpore: GELUInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T gelu_of(T x) {
  return x / 2 * (1 + std::tanh(T(0.7978845608028654) * (x + T(0.044715) * x * x * x)));
}

struct GELU : Operation<GELU> {
  static constexpr Operator info{
      .name = "GeLU",
      .function = "gelu",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &gelu_of<float>>, &unary_law<double, &gelu_of<double>>},
      .scalar = {&gelu_of<float>, &gelu_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr GELU gelu{};

}  // namespace tenon
