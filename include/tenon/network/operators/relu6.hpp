// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = min(max(x, 0), 6), element by element; NaN stays NaN.
/// Communicates: nothing. MindSpore: ReLU6Info (ActivationBase).
#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T relu6_of(T x) {
  return x < T(0) ? T(0) : x > T(6) ? T(6) : x;
}

struct ReLU6 : Operation<ReLU6> {
  static constexpr Operator info{
      .name = "ReLU6",
      .function = "relu6",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &relu6_of<float>>, &unary_law<double, &relu6_of<double>>},
      .scalar = {&relu6_of<float>, &relu6_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr ReLU6 relu6{};

}  // namespace tenon
