// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = tanh(x), element by element.
/// Communicates: nothing. MindSpore: TanhInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T tanh_of(T x) {
  return std::tanh(x);
}

struct Tanh : Operation<Tanh> {
  static constexpr Operator info{
      .name = "Tanh",
      .function = "tanh",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &tanh_of<float>>, &unary_law<double, &tanh_of<double>>},
      .scalar = {&tanh_of<float>, &tanh_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto tanh(const auto& x) requires requires { Tanh{}(x); }
{ return Tanh{}(x); }

}  // namespace tenon
