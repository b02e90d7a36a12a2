// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = min(max(x + 3, 0), 6) / 6, element by element; NaN stays NaN.
/// Communicates: nothing. MindSpore: HSigmoidInfo (ActivationBase).
#include <tenon/network/operators/relu6.hpp>

namespace tenon {

template <class T>
constexpr T hsigmoid_of(T x) {
  return relu6_of(x + T(3)) / T(6);
}

struct HSigmoid : Operation<HSigmoid> {
  static constexpr Operator info{
      .name = "HSigmoid",
      .function = "hsigmoid",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &hsigmoid_of<float>>, &unary_law<double, &hsigmoid_of<double>>},
      .scalar = {&hsigmoid_of<float>, &hsigmoid_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr HSigmoid hsigmoid{};

}  // namespace tenon
