// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = |x|, element by element; NaN stays NaN.
/// Communicates: nothing. MindSpore: AbsInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T abs_of(T x) {
  return std::fabs(x);
}

struct Abs : Operation<Abs> {
  static constexpr Operator info{
      .name = "Abs",
      .function = "abs",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &abs_of<float>>, &unary_law<double, &abs_of<double>>},
      .scalar = {&abs_of<float>, &abs_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto abs(const auto& x) requires requires { Abs{}(x); }
{ return Abs{}(x); }

}  // namespace tenon
