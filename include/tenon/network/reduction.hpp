// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What reductions along axes share: their axes, shapes, and lines.
///   struct ReduceSum : Reduction<ReduceSum> { using Reduction::Reduction; ... };
#include <tenon/network/axes.hpp>

namespace tenon {

/// Along these axes, or all, if none is named; they vanish, or stay with size one.
template <class Op>
struct Reduction : Operation<Op> {
  Dims axes;
  bool keep_dims = false;
  constexpr explicit Reduction(const Dims& along = {}, bool keep = false)
      : axes(along), keep_dims(keep) {}
  constexpr Attributes attributes() const {
    Attributes a{{keep_dims}, {}};
    a.integers.append(axes);
    return a;
  }
};

namespace detail {

/// The attributes are {keep_dims, axes...}.
constexpr Dims reduced_axes(const Attributes& attributes, int rank) {
  Dims axes;
  for (int i = 1; i < attributes.integers.size(); ++i) axes.push_back(attributes.integers[i]);
  for (int d = 0; attributes.integers.size() == 1 && d < rank; ++d) axes.push_back(d);
  return axes;
}

constexpr Result infer_reduction(const Operands& o) {
  const int rank = o.shapes[0].size();
  const Dims axes = reduced_axes(o.attributes, rank);
  Result r{floating_operands(o), {}, o.elements[0]};
  if (!r.finding) r.finding = examine_axes(axes, rank);
  for (int d = 0; d < rank; ++d)
    if (!is_among(d, axes, rank)) r.shape.push_back(o.shapes[0][d]);
    else if (o.attributes.integers[0]) r.shape.push_back(1);
  return r;
}

/// The result lacks the letters of the axes. @param x with a letter for each dimension
constexpr Equation reduction_equation(const Operands& o, const Term& x) {
  const int rank = o.shapes[0].size();
  const Dims axes = reduced_axes(o.attributes, rank);
  Term y;
  for (int d = 0; d < rank; ++d)
    if (!is_among(d, axes, rank)) y.push_back(x[d]);
    else if (o.attributes.integers[0]) y.push_back({});
  return ordered({{x}, {y}, {}});
}

/// y = f(... f(f(first, x0), x1) ...) along the axes.
template <class T>
void reduce_lines(const KernelCall& call, T first, auto&& f) {
  const Dims axes = reduced_axes(call.attributes, call.inputs[0].box.size());
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for (Index i = 0; i < volume(call.output.box); ++i) y[i] = first;  // also of an empty block
  for_each_line(sizes(call.inputs[0].box), axes, [&](const Region& line) {
    T all = first;
    for_each_element(line, [&](Index i) { all = f(all, x[i]); });
    *y++ = all;
  });
}

}  // namespace detail
}  // namespace tenon
