// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,c,...] = x[n,c,...] + b[c].
/// Communicates: nothing; a dimension of size one is repeated for the other operand's.
/// MindSpore: BiasAddInfo.
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T bias_add_of(T a, T b) {
  return a + b;
}

struct BiasAdd : Operation<BiasAdd> {
  static constexpr Operator info{
      .name = "BiasAdd",
      .function = "bias_add",
      .operands = 2,
      .infer = &infer_binary<Alignment::channel>,
      .equation = &binary_equation<Alignment::channel>,
      .law = {&binary_law<float, &bias_add_of<float>, Alignment::channel>,
              &binary_law<double, &bias_add_of<double>, Alignment::channel>},
      .adds = true};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr BiasAdd bias_add{};

}  // namespace tenon
