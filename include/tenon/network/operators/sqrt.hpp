// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = sqrt(x), element by element; NaN of negative numbers.
/// Communicates: nothing.
/// MindSpore: SqrtInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T sqrt_of(T x) {
  return std::sqrt(x);
}

struct Sqrt : Operation<Sqrt> {
  static constexpr Operator info{
      .name = "Sqrt",
      .function = "sqrt",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &sqrt_of<float>>, &unary_law<double, &sqrt_of<double>>},
      .scalar = {&sqrt_of<float>, &sqrt_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto sqrt(const auto& x) requires requires { Sqrt{}(x); }
{ return Sqrt{}(x); }

}  // namespace tenon
