// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The same elements in the same order under another shape:  reshape(x, {32, 784}); -1 is what is
/// left. Communicates: nothing where the cuts are on leading dimensions of matching groups of
/// dimensions and divide them ([32,28,28] to [32,784] keeps a cut of the rows); other cuts are
/// gathered before it. MindSpore: ReshapeInfo.
#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

/// The target shape, with -1 filled in; a size of -1 is left where it can't be.
constexpr Dims reshaped(const Dims& x, const Dims& wanted) {
  Dims shape = wanted, known_sizes;
  for (Index size : wanted)
    if (size >= 0) known_sizes.push_back(size);
  const Index known = product(known_sizes);
  for (Index& size : shape)
    if (size == -1 && known > 0) size = product(x) / known;
  return shape;
}

constexpr Result infer_reshape(const Operands& o) {
  Result r{{}, reshaped(o.shapes[0], o.attributes.integers), o.elements[0]};
  Index asked = 0;
  for (Index size : r.shape)
    if (size < 0) asked = size;
  if (asked == 0) asked = product(r.shape);
  if (asked != product(o.shapes[0]))
    r.finding = {Mistake::reshape_of_other_size, {}, 0, 0, product(o.shapes[0]), asked};
  return r;
}

/// Groups of dimensions with equal products share the letter of their first dimension:
/// [4, 8, 12, 7] to [4, 8, 2, 42] is "abcD->abcE" (c: 12 and 2). Sizes of one have no letter.
constexpr Equation reshape_equation(const Dims& x, const Dims& y) {
  Equation e{{Term::filled(x.size(), {})}, {Term::filled(y.size(), {})}, {}};
  char letter = 'a', inside = 'A';
  int i = 0, o = 0;
  const auto skip_ones = [&] {
    while (i < x.size() && x[i] == 1) ++i;
    while (o < y.size() && y[o] == 1) ++o;
  };
  for (skip_ones(); i < x.size() && o < y.size(); skip_ones()) {
    e.inputs[0][i].letter = e.outputs[0][o].letter = letter++;
    Index in = x[i++], out = y[o++];
    while (in != out && (in < out ? i < x.size() : o < y.size())) {
      if (in < out) in *= x[i], e.inputs[0][i++].letter = inside++;
      else out *= y[o], e.outputs[0][o++].letter = inside++;
    }
  }
  e.order = ordered({e.inputs, {}, {}}).order;
  return e;
}

constexpr Equation reshape_equation_of(const Operands& o) {
  return reshape_equation(o.shapes[0], reshaped(o.shapes[0], o.attributes.integers));
}

}  // namespace detail

struct Reshape : Operation<Reshape> {
  Dims shape;
  constexpr explicit Reshape(const Dims& wanted) : shape(wanted) {}

  static constexpr Operator info{.name = "Reshape",
                                 .infer = &detail::infer_reshape,
                                 .equation = &detail::reshape_equation_of,
                                 .integers = "shape..."};
  constexpr Attributes attributes() const { return {shape, {}}; }
};
constexpr auto reshape(const auto& x, const Dims& shape) { return Reshape(shape)(x); }

}  // namespace tenon
