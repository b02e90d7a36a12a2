// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a - b, element by element, aligned at the last dimension.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: SubInfo (ArithmeticBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T sub_of(T a, T b) {
  return a - b;
}

struct Sub : Operation<Sub> {
  static constexpr Operator info{.name = "Sub",
                                 .function = "sub",
                                 .operands = 2,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&binary_law<float, &sub_of<float>, Alignment::last>,
                                         &binary_law<double, &sub_of<double>, Alignment::last>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Sub sub{};

}  // namespace tenon
