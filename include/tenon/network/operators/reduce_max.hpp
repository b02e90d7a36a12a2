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
#include <tenon/network/operators/reduce_sum.hpp>

namespace tenon {

namespace detail {

constexpr Equation reduce_max_equation(const Operands& o) {
  const int rank = o.shapes[0].size();
  const Dims axes = summed_axes(o.attributes, rank);
  const Term x = whole_along(axes, rank);
  Term y;
  for (int d = 0; d < rank; ++d)
    if (!is_among(d, axes, rank)) y.push_back(x[d]);
    else if (o.attributes.integers[0]) y.push_back({});
  return ordered({{x}, {y}, {}});
}

template <class T>
void reduce_max_law(const KernelCall& call) {
  const Dims axes = summed_axes(call.attributes, call.inputs[0].box.size());
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  constexpr T least = -std::numeric_limits<T>::infinity();
  for (Index i = 0; i < volume(call.output.box); ++i) y[i] = least;  // also of an empty block
  for_each_line(sizes(call.inputs[0].box), axes, [&](const Region& line) {
    T largest = least;
    for_each_element(line, [&](Index i) { largest = maximum_of(largest, x[i]); });
    *y++ = largest;
  });
}

}  // namespace detail

struct ReduceMax : Operation<ReduceMax> {
  Dims axes;
  bool keep_dims = false;
  constexpr explicit ReduceMax(const Dims& along = {}, bool keep = false)
      : axes(along), keep_dims(keep) {}

  static constexpr Operator info{
      .name = "ReduceMax",
      .infer = &detail::infer_reduce_sum,
      .equation = &detail::reduce_max_equation,
      .law = {&detail::reduce_max_law<float>, &detail::reduce_max_law<double>},
      .integers = "keep_dims axis..."};
  constexpr Attributes attributes() const {
    Attributes a{{keep_dims}, {}};
    a.integers.append(axes);
    return a;
  }
};
constexpr auto reduce_max(const auto& x, const Dims& axes = {}, bool keep_dims = false) {
  return ReduceMax(axes, keep_dims)(x);
}

}  // namespace tenon
