// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = mean of x along its axes (of all, if none is named), which vanish or stay with size one.
///   ReduceMean({-1})(x) of [16, 32, 64] is [16, 32]; ReduceMean({2, 3}, true)(x) is what others
///   call GlobalAveragePool: [16, 32, 7, 7] to [16, 32, 1, 1]
/// Communicates: nothing by itself; where a dimension of the mean is cut, each rank divides its sum
/// by the whole size, and the result is a sum over the parts. The mean of nothing is NaN.
/// MindSpore: ReduceMeanInfo (ReduceMethod).
#include <tenon/network/operators/reduce_sum.hpp>

namespace tenon {

namespace detail {
template <class T>
void reduce_mean_law(const KernelCall& call) {
  reduce_sum_law<T>(call);
  const Block& x = call.inputs[0];
  const int rank = x.box.size();
  T count = 1;
  for (Index axis : reduced_axes(call.attributes, rank))
    count *= T(x.whole_size(int(from_front(axis, rank))));
  T* y = call.output.as<T>();
  for (Index i = 0; i < volume(call.output.box); ++i) y[i] /= count;
}
}  // namespace detail

struct ReduceMean : Reduction<ReduceMean> {
  using Reduction<ReduceMean>::Reduction;
  static constexpr Operator info{
      .name = "ReduceMean",
      .infer = &detail::infer_reduction,
      .equation = &detail::reduce_sum_equation,
      .law = {&detail::reduce_mean_law<float>, &detail::reduce_mean_law<double>},
      .integers = "keep_dims axis..."};
};
constexpr auto reduce_mean(const auto& x, const Dims& axes = {}, bool keep_dims = false) {
  return ReduceMean(axes, keep_dims)(x);
}

}  // namespace tenon
