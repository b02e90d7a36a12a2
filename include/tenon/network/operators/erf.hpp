// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, element by element.
/// Communicates: nothing.
/// MindSpore: ErfInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T erf_of(T x) {
  return std::erf(x);
}

struct Erf : Operation<Erf> {
  static constexpr Operator info{
      .name = "Erf",
      .function = "erf",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &erf_of<float>>, &unary_law<double, &erf_of<double>>},
      .scalar = {&erf_of<float>, &erf_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto erf(const auto& x) requires requires { Erf{}(x); }
{ return Erf{}(x); }

}  // namespace tenon
