// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Two to four tensors one behind the other along an axis; their other dimensions are equal.
///   Concat(1)(a, b) of [32, 6, 28] and [32, 10, 28] is [32, 16, 28]
/// Communicates: nothing; the axis stays whole.
/// MindSpore: ConcatInfo.
#include <algorithm>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

constexpr Result infer_concat(const Operands& o) {
  const Dims& first = o.shapes[0];
  Result r{floating_operands(o), first, o.elements[0]};
  if (!r.finding) r.finding = examine_axes(o.attributes.integers, first.size());
  if (r.finding) return r;
  const int axis = int(from_front(o.attributes.integers[0], first.size()));
  for (int i = 1; i < o.shapes.size() && !r.finding; ++i) {
    const Dims& next = o.shapes[i];
    if (next.size() != first.size())
      r.finding = {Mistake::other_rank, {}, i, 0, next.size(), first.size()};
    for (int d = 0; d < first.size() && !r.finding; ++d)
      if (d == axis) r.shape[d] += next[d];
      else if (next[d] != first[d])
        r.finding = {Mistake::sizes_differ, {}, i, char('a' + d), first[d], next[d]};
  }
  return r;
}

/// Along axis 1: "aBc,aBc->aBc".
constexpr Equation concat_equation(const Operands& o) {
  const Term term = whole_along(o.attributes.integers, o.shapes[0].size());
  Equation e{{}, {term}, {}};
  for (int i = 0; i < o.shapes.size(); ++i) e.inputs.push_back(term);
  return ordered(e);
}

template <class T>
void concat_law(const KernelCall& call) {
  const Box& result = call.output.box;
  const int axis = int(from_front(call.attributes.integers[0], result.size()));
  Index before = 1, after = 1;
  for (int d = 0; d < axis; ++d) before *= result[d].size();
  for (int d = axis + 1; d < result.size(); ++d) after *= result[d].size();
  T* y = call.output.as<T>();
  for (Index b = 0; b < before; ++b)
    for (const Block& x : call.inputs) {
      const Index run = x.size(axis) * after;
      y = std::copy_n(x.as<const T>() + b * run, run, y);
    }
}

}  // namespace detail

struct Concat : Operation<Concat> {
  Index axis;
  constexpr explicit Concat(Index along) : axis(along) {}

  static constexpr Operator info{.name = "Concat",
                                 .operands = 4,
                                 .least = 2,
                                 .infer = &detail::infer_concat,
                                 .equation = &detail::concat_equation,
                                 .law = {&detail::concat_law<float>, &detail::concat_law<double>},
                                 .integers = "axis"};
  constexpr Attributes attributes() const { return {{axis}, {}}; }
};

}  // namespace tenon
