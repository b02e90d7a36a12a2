// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a^b, element by element, aligned at the last dimension.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: ArithmeticBase.
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T pow_of(T a, T b) {
  return std::pow(a, b);
}

struct Pow : Operation<Pow> {
  static constexpr Operator info{.name = "Pow",
                                 .function = "pow",
                                 .operands = 2,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&binary_law<float, &pow_of<float>, Alignment::last>,
                                         &binary_law<double, &pow_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto pow(const auto& a, const auto& b) requires requires { Pow{}(a, b); }
{ return Pow{}(a, b); }

}  // namespace tenon
