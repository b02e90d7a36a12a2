// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = the larger of a and b, element by element, aligned at the last dimension; NaN where either
/// is.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: MaximumInfo (ArithmeticBase).
#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T maximum_of(T a, T b) {
  return a > b || a != a ? a : b;
}

struct Maximum : Operation<Maximum> {
  static constexpr Operator info{
      .name = "Maximum",
      .function = "maximum",
      .operands = 2,
      .infer = &infer_binary<Alignment::last>,
      .equation = &binary_equation<Alignment::last>,
      .law = {&binary_law<float, &maximum_of<float>, Alignment::last>,
              &binary_law<double, &maximum_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Maximum maximum{};

}  // namespace tenon
