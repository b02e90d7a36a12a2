// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x min(max(x + 3, 0), 6) / 6, element by element; of -infinity and NaN it is NaN.
/// Communicates: nothing. MindSpore: HSwishInfo (ActivationBase).
#include <tenon/network/operators/relu6.hpp>

namespace tenon {

template <class T>
constexpr T hswish_of(T x) {
  return x * (relu6_of(x + T(3)) / T(6));
}

struct HSwish : Operation<HSwish> {
  static constexpr Operator info{
      .name = "HSwish",
      .function = "hswish",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &hswish_of<float>>, &unary_law<double, &hswish_of<double>>},
      .scalar = {&hswish_of<float>, &hswish_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr HSwish hswish{};

}  // namespace tenon
