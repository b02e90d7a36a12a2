// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = log(x) to the base e, element by element; of 0 it is -infinity, of less NaN.
/// Communicates: nothing. MindSpore: LogInfo (ActivationBase).
#include <cmath>

#include <tenon/network/elementwise.hpp>

namespace tenon {

template <class T>
constexpr T log_of(T x) {
  return std::log(x);
}

struct Log : Operation<Log> {
  static constexpr Operator info{
      .name = "Log",
      .function = "log",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &log_of<float>>, &unary_law<double, &log_of<double>>},
      .scalar = {&log_of<float>, &log_of<double>}};
  constexpr Attributes attributes() const { return {}; }
};
/// A function, because C has one of this name.
constexpr auto log(const auto& x) requires requires { Log{}(x); }
{ return Log{}(x); }

}  // namespace tenon
