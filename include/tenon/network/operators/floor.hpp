// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = the largest whole number that is not above x, element by element.
/// Communicates: nothing. MindSpore: FloorInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T floor_of(T x) {
  return std::floor(x);
}

struct Floor : Operation<Floor> {
  static constexpr Operator info{
      .name = "Floor",
      .function = "floor",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &floor_of<float>>, &unary_law<double, &floor_of<double>>},
      .scalar = {&floor_of<float>, &floor_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto floor(const auto& x) requires requires { Floor{}(x); }
{ return Floor{}(x); }

}  // namespace tenon
