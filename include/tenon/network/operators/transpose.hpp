// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[i_p0, i_p1, ...] = x[i_0, i_1, ...]:  Transpose({1, 0})(x) of [128, 64] is [64, 128].
/// Communicates: nothing; a cut moves with its dimension.
/// MindSpore: TransposeInfo.
#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

constexpr Result infer_transpose(const Operands& o) {
  const Dims &x = o.shapes[0], &permutation = o.attributes.integers;
  Result r{examine_axes(permutation, x.size()), {}, o.elements[0]};
  if (permutation.size() != x.size() && !r.finding)
    r.finding = {Mistake::no_such_axis, {}, 0, 0, permutation.size(), x.size()};
  if (r.finding) return r;
  for (Index axis : permutation) r.shape.push_back(x[int(from_front(axis, x.size()))]);
  return r;
}

constexpr Equation transpose_equation(const Operands& o) {
  const int rank = o.shapes[0].size();
  const Term x = letters('a', rank);
  Term y;
  for (Index axis : o.attributes.integers) y.push_back(x[int(from_front(axis, rank))]);
  return ordered({{x}, {y}, {}});
}

template <class T>
void transpose_law(const KernelCall& call) {
  const Box& result = call.output.box;
  const Dims own = strides(sizes(call.inputs[0].box));
  Region from{0, sizes(result), own};
  for (int d = 0; d < own.size(); ++d)
    from.strides[d] = own[int(from_front(call.attributes.integers[d], own.size()))];
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for_each_run(from, region(result), [&](Index in, Index out, Index run) {
    for (Index i = 0; i < run; ++i) y[out + i] = x[in + i];
  });
}

}  // namespace detail

struct Transpose : Operation<Transpose> {
  Dims permutation;
  constexpr explicit Transpose(const Dims& order) : permutation(order) {}

  static constexpr Operator info{
      .name = "Transpose",
      .infer = &detail::infer_transpose,
      .equation = &detail::transpose_equation,
      .law = {&detail::transpose_law<float>, &detail::transpose_law<double>},
      .integers = "perm..."};
  constexpr Attributes attributes() const { return {permutation, {}}; }
};
/// transpose(x, {1, 0})
constexpr auto transpose(const auto& x, const Dims& permutation) {
  return Transpose(permutation)(x);
}

}  // namespace tenon
