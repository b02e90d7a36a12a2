// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = max(x, 0), element by element; NaN stays NaN.
/// Communicates: nothing. MindSpore: ReLUInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T relu_of(T x) {
  return x < T(0) ? T(0) : x;
}

struct ReLU : Operation<ReLU> {
  static constexpr Operator info{
      .name = "ReLU",
      .function = "relu",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &relu_of<float>>, &unary_law<double, &relu_of<double>>},
      .scalar = {&relu_of<float>, &relu_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr ReLU relu{};

}  // namespace tenon
