// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = 1 where a is greater than b, else 0, element by element, aligned at the last
/// dimension; 0 where either is NaN. Floats, which are a condition of Select.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: GreaterInfo (ArithmeticBase).
#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T greater_of(T a, T b) {
  return a > b ? T(1) : T(0);
}

struct Greater : Operation<Greater> {
  static constexpr Operator info{
      .name = "Greater",
      .function = "greater",
      .operands = 2,
      .infer = &infer_binary<Alignment::last>,
      .equation = &binary_equation<Alignment::last>,
      .law = {&binary_law<float, &greater_of<float>, Alignment::last>,
              &binary_law<double, &greater_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Greater greater{};

}  // namespace tenon
