// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x: a place where a strategy can be stated.
/// Communicates: nothing. MindSpore: IdentityInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T identity_of(T x) {
  return x;
}

struct Identity : Operation<Identity> {
  static constexpr Operator info{
      .name = "TmpIdentity",
      .function = "identity",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &identity_of<float>>, &unary_law<double, &identity_of<double>>},
      .scalar = {&identity_of<float>, &identity_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Identity identity{};

}  // namespace tenon
