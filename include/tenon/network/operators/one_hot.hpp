// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[.., c, ..] = on_value where indices[..] == c, else off_value: a new dimension of size depth at
/// an axis.
///   OneHot(10)(indices) of [64] is [64, 10]; OneHot(10, 0)(indices) is [10, 64]
/// Communicates: nothing. Its strategy is the split of the output.
/// MindSpore: OneHotInfo.
#include <tenon/network/indices.hpp>

namespace tenon {

namespace detail {

/// The attributes are {depth, axis} and {on_value, off_value}.
constexpr int one_hot_axis(const Operands& o) {
  return int(from_front(o.attributes.integers[1], o.shapes[0].size() + 1));
}

constexpr Result infer_one_hot(const Operands& o) {
  Result r{examine_axes({o.attributes.integers[1]}, o.shapes[0].size() + 1), o.shapes[0],
           Element::float32};
  if (!is_index(o.elements[0])) r.finding = {Mistake::other_element, {}, 0};
  if (!r.finding) r.shape.insert(one_hot_axis(o), o.attributes.integers[0]);
  return r;
}

/// "a->az", or "a->za"; the device matrix has the indices' letters first.
constexpr Equation one_hot_equation(const Operands& o) {
  const Term x = letters('a', o.shapes[0].size());
  Term y = x;
  y.insert(one_hot_axis(o), {'z'});
  Equation e = ordered({{x}, {y}, {}});
  e.split_is_outputs = true;
  const Index axis = o.attributes.integers[1];
  if (axis > 1 || axis < -1) e.refused = {Mistake::no_such_axis, {}, 0, 0, axis, y.size()};
  if (x.size() < 2 || e.refused || o.splits.inputs.empty()) return e;
  if (axis != -1) e.refused = {Mistake::no_such_axis, {}, 0, 0, axis, y.size()};
  for (int d = 1; d < y.size() && d < o.splits.inputs[0].size(); ++d)
    if (const Index parts = o.splits.inputs[0][d]; parts != 1)  // MindSpore: of matrices the rows
      e.refused = {Mistake::whole_dimension_cut, {}, -1, y[d].letter, parts};
  return e;
}

template <class T>
void one_hot_law(const KernelCall& call) {
  const Block& indices = call.inputs[0];
  const int axis = int(from_front(call.attributes.integers[1], indices.box.size() + 1));
  const T on = T(call.attributes.reals[0]), off = T(call.attributes.reals[1]);
  Index before = 1, after = 1;
  for (int d = 0; d < axis; ++d) before *= indices.size(d);
  for (int d = axis; d < indices.box.size(); ++d) after *= indices.size(d);
  const Interval depth = call.output.box[axis];
  T* y = call.output.as<T>();
  for (Index b = 0; b < before; ++b)
    for (Index c = depth.first; c < depth.last; ++c)
      for (Index a = 0; a < after; ++a) *y++ = index_at(indices, b * after + a) == c ? on : off;
}

}  // namespace detail

struct OneHot : Operation<OneHot> {
  Index depth, axis;
  double on_value, off_value;
  constexpr explicit OneHot(Index classes, Index at = -1, double on = 1, double off = 0)
      : depth(classes), axis(at), on_value(on), off_value(off) {}

  static constexpr Operator info{.name = "OneHot",
                                 .infer = &detail::infer_one_hot,
                                 .equation = &detail::one_hot_equation,
                                 .law = {&detail::one_hot_law<float>, &detail::one_hot_law<double>},
                                 .integers = "depth axis",
                                 .reals = "on_value off_value"};
  constexpr Attributes attributes() const { return {{depth, axis}, {on_value, off_value}}; }
};

}  // namespace tenon
