// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a b, element by element, aligned at the last dimension.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: ArithmeticBase.
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T mul_of(T a, T b) {
  return a * b;
}

struct Mul : Operation<Mul> {
  static constexpr Operator info{.name = "Mul",
                                 .function = "mul",
                                 .operands = 2,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&binary_law<float, &mul_of<float>, Alignment::last>,
                                         &binary_law<double, &mul_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Mul mul{};

}  // namespace tenon
