// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a / b, element by element, aligned at the last dimension; 1/0 is infinite, 0/0 is NaN.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: DivInfo, RealDivInfo (ArithmeticBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T div_of(T a, T b) {
  return a / b;
}

struct Div : Operation<Div> {
  static constexpr Operator info{.name = "Div",
                                 .function = "div",
                                 .operands = 2,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&binary_law<float, &div_of<float>, Alignment::last>,
                                         &binary_law<double, &div_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto div(const auto& a, const auto& b) requires requires { Div{}(a, b); }
{ return Div{}(a, b); }

}  // namespace tenon
