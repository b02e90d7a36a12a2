// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,c,...] = x > 0 ? x : w[c] x.
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: PReLUInfo.
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T prelu_of(T a, T b) {
  return a > T(0) ? a : b * a;
}

namespace detail {
/// "abcd,b->abcd"; of one slope for all channels MindSpore writes -1.
constexpr Equation prelu_equation(const Operands& o) {
  Equation e = binary_equation<Alignment::channel>(o);
  if (!o.shapes[1].empty()) e.inputs[1][0].unmapped = o.shapes[1][0] == 1;
  return e;
}
}  // namespace detail

struct PReLU : Operation<PReLU> {
  static constexpr Operator info{
      .name = "PReLU",
      .function = "prelu",
      .operands = 2,
      .infer = &infer_binary<Alignment::channel>,
      .equation = &detail::prelu_equation,
      .law = {&binary_law<float, &prelu_of<float>, Alignment::channel>,
              &binary_law<double, &prelu_of<double>, Alignment::channel>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr PReLU prelu{};

}  // namespace tenon
