// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The functions of elements that kernels know, by MindSpore's names, in CUDA C over Real. A kernel
/// is told the place in the list:  unary_function("ReLU") == 0
#include <span>
#include <string_view>

namespace tenon::detail {

struct CudaFunction {
  std::string_view name, formula;
};

inline constexpr CudaFunction unary_functions[] = {
    {"ReLU", "x < Real(0) ? Real(0) : x"},
    {"GeLU",
     "x / 2 * (1 + tanh(Real(0.7978845608028654) * (x + Real(0.044715) * x * x * x)))"},
    {"Sigmoid", "Real(1) / (Real(1) + exp(-x))"},
    {"Tanh", "tanh(x)"},
    {"Erf", "erf(x)"},
    {"Sqrt", "sqrt(x)"},
    {"TmpIdentity", "x"},
    {"Exp", "exp(x)"},
    {"Log", "log(x)"},
    {"Abs", "fabs(x)"},
    {"Floor", "floor(x)"},
    {"ReLU6", "x < Real(0) ? Real(0) : x > Real(6) ? Real(6) : x"},
    {"HSigmoid", "(x < Real(-3) ? Real(0) : x > Real(3) ? Real(6) : x + Real(3)) / Real(6)"},
    {"HSwish", "x * ((x < Real(-3) ? Real(0) : x > Real(3) ? Real(6) : x + Real(3)) / Real(6))"},
};
inline constexpr CudaFunction binary_functions[] = {
    {"Add", "a + b"}, {"Sub", "a - b"},      {"Mul", "a * b"},
    {"Div", "a / b"}, {"Pow", "pow(a, b)"},  {"BiasAdd", "a + b"},
    {"PReLU", "a > Real(0) ? a : b * a"},
    {"Maximum", "a > b || a != a ? a : b"},
    {"Minimum", "a < b || a != a ? a : b"},
    {"Greater", "a > b ? Real(1) : Real(0)"},
    {"GreaterEqual", "a >= b ? Real(1) : Real(0)"},
    {"Equal", "a == b ? Real(1) : Real(0)"},
};

/// -1: there is none of that name.
constexpr int place_of(std::string_view name, std::span<const CudaFunction> functions) {
  for (std::size_t i = 0; i < functions.size(); ++i)
    if (functions[i].name == name) return int(i);
  return -1;
}
constexpr int unary_function(std::string_view name) { return place_of(name, unary_functions); }
constexpr int binary_function(std::string_view name) { return place_of(name, binary_functions); }

}  // namespace tenon::detail
