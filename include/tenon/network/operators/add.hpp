// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = a + b, aligned at the last dimension:  add(x, b) of [32, 512] and [512].
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: ArithmeticBase.
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T add_of(T a, T b) {
  return a + b;
}

struct Add : Operation<Add> {
  static constexpr Operator info{.name = "Add",
                                 .function = "add",
                                 .operands = 2,
                                 .infer = &infer_binary<Alignment::last>,
                                 .equation = &binary_equation<Alignment::last>,
                                 .law = {&binary_law<float, &add_of<float>, Alignment::last>,
                                         &binary_law<double, &add_of<double>, Alignment::last>},
                                 .adds = true};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Add add{};

}  // namespace tenon
