// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = e^x, element by element; of large x infinite.
/// Communicates: nothing. MindSpore: ExpInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T exp_of(T x) {
  return std::exp(x);
}

struct Exp : Operation<Exp> {
  static constexpr Operator info{
      .name = "Exp",
      .function = "exp",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &exp_of<float>>, &unary_law<double, &exp_of<double>>},
      .scalar = {&exp_of<float>, &exp_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto exp(const auto& x) requires requires { Exp{}(x); }
{ return Exp{}(x); }

}  // namespace tenon
