// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = the largest x along its axes (of all, if none is named), which vanish or stay with size one;
/// NaN where one of them is.
///   ReduceMax({-1})(x) of [16, 32, 64] is [16, 32]; ReduceMax({1}, true)(x) is [16, 1, 64]
/// The largest of nothing is -infinity.
/// Communicates: nothing; its axes stay whole.
/// MindSpore: ReduceMaxInfo (ReduceMethod).
#include <limits>

#include <tenon/network/operators/maximum.hpp>
#include <tenon/network/reduction.hpp>

namespace tenon {

namespace detail {
constexpr Equation reduce_max_equation(const Operands& o) {
  const int rank = o.shapes[0].size();
  return reduction_equation(o, whole_along(reduced_axes(o.attributes, rank), rank));
}
template <class T>
void reduce_max_law(const KernelCall& call) {
  reduce_lines<T>(call, -std::numeric_limits<T>::infinity(), maximum_of<T>);
}
}  // namespace detail

struct ReduceMax : Reduction<ReduceMax> {
  using Reduction<ReduceMax>::Reduction;
  static constexpr Operator info{
      .name = "ReduceMax",
      .infer = &detail::infer_reduction,
      .equation = &detail::reduce_max_equation,
      .law = {&detail::reduce_max_law<float>, &detail::reduce_max_law<double>},
      .integers = "keep_dims axis..."};
};
constexpr auto reduce_max(const auto& x, const Dims& axes = {}, bool keep_dims = false) {
  return ReduceMax(axes, keep_dims)(x);
}

}  // namespace tenon
