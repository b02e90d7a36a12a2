// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = the smaller of a and b, element by element, aligned at the last dimension; NaN where either
/// is.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: MinimumInfo (ArithmeticBase).
#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T minimum_of(T a, T b) {
  return a < b || a != a ? a : b;
}

struct Minimum : Operation<Minimum> {
  static constexpr Operator info{
      .name = "Minimum",
      .function = "minimum",
      .operands = 2,
      .infer = &infer_binary<Alignment::last>,
      .equation = &binary_equation<Alignment::last>,
      .law = {&binary_law<float, &minimum_of<float>, Alignment::last>,
              &binary_law<double, &minimum_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Minimum minimum{};

}  // namespace tenon
