// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = sum of x along its axes (of all, if none is named), which vanish or stay with size one.
///   ReduceSum({-1})(x) of [16, 32, 64] is [16, 32]; ReduceSum({1}, true)(x) is [16, 1, 64]
/// Communicates: nothing by itself; where a summed dimension is cut, the result is a sum over its
/// parts. MindSpore: ReduceSumInfo (ReduceMethod).
#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

/// The attributes are {keep_dims, axes...}.
constexpr Dims summed_axes(const Attributes& attributes, int rank) {
  Dims axes;
  for (int i = 1; i < attributes.integers.size(); ++i) axes.push_back(attributes.integers[i]);
  for (int d = 0; attributes.integers.size() == 1 && d < rank; ++d) axes.push_back(d);
  return axes;
}

constexpr Result infer_reduce_sum(const Operands& o) {
  const int rank = o.shapes[0].size();
  const Dims axes = summed_axes(o.attributes, rank);
  Result r{floating_operands(o), {}, o.elements[0]};
  if (!r.finding) r.finding = examine_axes(axes, rank);
  for (int d = 0; d < rank; ++d)
    if (!is_among(d, axes, rank)) r.shape.push_back(o.shapes[0][d]);
    else if (o.attributes.integers[0]) r.shape.push_back(1);
  return r;
}

constexpr Equation reduce_sum_equation(const Operands& o) {
  const int rank = o.shapes[0].size();
  const Dims axes = summed_axes(o.attributes, rank);
  const Term x = letters('a', rank);
  Term y;
  for (int d = 0; d < rank; ++d)
    if (!is_among(d, axes, rank)) y.push_back(x[d]);
    else if (o.attributes.integers[0]) y.push_back({});
  return ordered({{x}, {y}, {}});
}

template <class T>
void reduce_sum_law(const KernelCall& call) {
  const Dims axes = summed_axes(call.attributes, call.inputs[0].box.size());
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for (Index i = 0; i < volume(call.output.box); ++i) y[i] = 0;  // also of an empty block
  for_each_line(sizes(call.inputs[0].box), axes, [&](const Region& line) {
    T sum = 0;
    for_each_element(line, [&](Index i) { sum += x[i]; });
    *y++ = sum;
  });
}

}  // namespace detail

struct ReduceSum : Operation<ReduceSum> {
  Dims axes;
  bool keep_dims = false;
  constexpr explicit ReduceSum(const Dims& along = {}, bool keep = false)
      : axes(along), keep_dims(keep) {}

  static constexpr Operator info{
      .name = "ReduceSum",
      .infer = &detail::infer_reduce_sum,
      .equation = &detail::reduce_sum_equation,
      .law = {&detail::reduce_sum_law<float>, &detail::reduce_sum_law<double>},
      .integers = "keep_dims axis..."};
  constexpr Attributes attributes() const {
    Attributes a{{keep_dims}, {}};
    a.integers.append(axes);
    return a;
  }
};
constexpr auto reduce_sum(const auto& x, const Dims& axes = {}, bool keep_dims = false) {
  return ReduceSum(axes, keep_dims)(x);
}

}  // namespace tenon
