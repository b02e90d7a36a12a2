// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[i, j, ...] = x[.., j or 0, ...]: dimensions of size one are repeated, and new ones put before
/// them; -1 is the operand's own size.
///   broadcast_to(x, {4, 3, 5}) of [3, 1] is [4, 3, 5]; broadcast_to(x, {7, -1}) of [5] is [7, 5]
/// Communicates: nothing; a repeated dimension may be cut, too.
/// MindSpore: BroadcastToInfo; the broadcasting of numpy.
#include <tenon/network/elementwise.hpp>

namespace tenon {

namespace detail {

constexpr Dims broadcast_shape(const Operands& o) {
  const Dims& x = o.shapes[0];
  Dims y;
  for (int d = 0; d < o.attributes.integers.size(); ++d) {
    const int own = d + x.size() - o.attributes.integers.size();
    const Index size = o.attributes.integers[d];
    y.push_back(size == -1 && own >= 0 ? x[own] : size);
  }
  return y;
}

constexpr Result infer_broadcast_to(const Operands& o) {
  const Dims& x = o.shapes[0];
  const auto& to = o.attributes.integers;
  Result r{floating_operands(o), {}, o.elements[0]};
  if (!r.finding && (to.size() > max_dimensions || to.size() < x.size()))
    r.finding = {Mistake::other_rank, {}, 0, 0, x.size(), to.size()};
  if (r.finding) return r;
  r.shape = broadcast_shape(o);
  for (int d = 0; d < r.shape.size() && !r.finding; ++d) {
    const int own = d + x.size() - r.shape.size();
    if (r.shape[d] < 0)
      r.finding = {Mistake::number_too_small, {}, 0, char('a' + d), r.shape[d], 0};
    else if (own >= 0 && x[own] != 1 && x[own] != r.shape[d])
      r.finding = {Mistake::sizes_differ, {}, -1, char('a' + d), x[own], r.shape[d]};
  }
  return r;
}

/// [3, 1] to [4, 3, 5] is "bc'->abc".
constexpr Equation broadcast_to_equation(const Operands& o) {
  const Dims &x = o.shapes[0], y = broadcast_shape(o);
  const int offset = y.size() - x.size();
  Term term = letters(char('a' + offset), x.size());
  for (int d = 0; d < x.size(); ++d) term[d].repeated = x[d] == 1 && y[d + offset] != 1;
  Equation e{{term}, {letters('a', y.size())}, {}};
  for (const EquationAxis& axis : e.outputs[0]) e.order.push_back(axis.letter);
  return e;
}

template <class T>
void broadcast_to_law(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  const Region from = repeated_along(call.inputs[0], call.output, Alignment::last);
  for_each_run(from, region(call.output.box), [&](Index in, Index out, Index run) {
    for (Index i = 0; i < run; ++i) y[out + i] = x[in + i];
  });
}

}  // namespace detail

struct BroadcastTo : Operation<BroadcastTo> {
  Dims shape;
  constexpr explicit BroadcastTo(const Dims& wanted) : shape(wanted) {}

  static constexpr Operator info{
      .name = "BroadcastTo",
      .infer = &detail::infer_broadcast_to,
      .equation = &detail::broadcast_to_equation,
      .law = {&detail::broadcast_to_law<float>, &detail::broadcast_to_law<double>},
      .integers = "shape..."};
  constexpr Attributes attributes() const { return {shape, {}}; }
};
constexpr auto broadcast_to(const auto& x, const Dims& shape) { return BroadcastTo(shape)(x); }

}  // namespace tenon
