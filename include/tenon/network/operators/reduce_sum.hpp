// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = sum of x along its axes (of all, if none is named), which vanish or stay with size one.
///   ReduceSum({-1})(x) of [16, 32, 64] is [16, 32]; ReduceSum({1}, true)(x) is [16, 1, 64]
/// Communicates: nothing by itself; where a summed dimension is cut, the result is a sum over its
/// parts. MindSpore: ReduceSumInfo (ReduceMethod).
#include <tenon/network/reduction.hpp>

namespace tenon {

namespace detail {
constexpr Equation reduce_sum_equation(const Operands& o) {
  return reduction_equation(o, letters('a', o.shapes[0].size()));
}
template <class T>
void reduce_sum_law(const KernelCall& call) {
  reduce_lines<T>(call, 0, [](T sum, T x) { return sum + x; });
}
}  // namespace detail

struct ReduceSum : Reduction<ReduceSum> {
  using Reduction<ReduceSum>::Reduction;
  static constexpr Operator info{
      .name = "ReduceSum",
      .infer = &detail::infer_reduction,
      .equation = &detail::reduce_sum_equation,
      .law = {&detail::reduce_sum_law<float>, &detail::reduce_sum_law<double>},
      .integers = "keep_dims axis..."};
};
constexpr auto reduce_sum(const auto& x, const Dims& axes = {}, bool keep_dims = false) {
  return ReduceSum(axes, keep_dims)(x);
}

}  // namespace tenon
