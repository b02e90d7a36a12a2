// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What operators along axes share: axes counted from either end, equations that keep them whole,
/// and the lines of a block along them.  along(operands, {-1}) of [2, 4, 8] is "abC->abC".
#include <tenon/network/elementwise.hpp>

namespace tenon {

/// -1 is the last dimension.
constexpr Index from_front(Index axis, Index rank) { return axis < 0 ? axis + rank : axis; }

/// Finding: an axis is not one of `rank` dimensions, or is named twice.
constexpr Finding examine_axes(const Dims& axes, Index rank) {
  Dims seen;
  for (Index axis : axes) {
    const Index d = from_front(axis, rank);
    if (d < 0 || d >= rank || contains(seen, d))
      return {Mistake::no_such_axis, {}, 0, 0, axis, rank};
    seen.push_back(d);
  }
  return {};
}

constexpr bool is_among(int dimension, const Dims& axes, int rank) {
  for (Index axis : axes)
    if (from_front(axis, rank) == dimension) return true;
  return false;
}

constexpr char capital(char letter) { return char(letter - 'a' + 'A'); }

/// Every dimension has its letter, those along `axes` a capital one: they may not be cut.
constexpr Term whole_along(const Dims& axes, int rank) {
  Term term = letters('a', rank);
  for (int d = 0; d < rank; ++d)
    if (is_among(d, axes, rank)) term[d].letter = capital(term[d].letter);
  return term;
}

/// Of an operator whose integers are the axes that it needs whole.
constexpr Result infer_along(const Operands& o) {
  Result r = infer_unary(o);
  if (!r.finding) r.finding = examine_axes(o.attributes.integers, o.shapes[0].size());
  return r;
}
constexpr Equation along_equation(const Operands& o) {
  const Term x = whole_along(o.attributes.integers, o.shapes[0].size());
  return ordered({{x}, {x}, {}});
}

/// visit(line) for every line of a block along `axes`: a Region that varies along them only.
void for_each_line(const Dims& sizes, const Dims& axes, auto&& visit) {
  Region outer{0, sizes, strides(sizes)}, line = outer;
  for (int d = 0; d < sizes.size(); ++d)
    (is_among(d, axes, sizes.size()) ? outer : line).sizes[d] = 1;
  for_each_run(outer, outer, [&](Index first, Index, Index run) {
    for (Index i = 0; i < run; ++i) {
      line.first = first + i;
      visit(line);
    }
  });
}

/// visit(element) for every element of a line, in row-major order.
void for_each_element(const Region& line, auto&& visit) {
  Region steps = line;  // one run an element: the last dimension's stride may not be 1
  for_each_run(steps, steps, [&](Index first, Index, Index run) {
    for (Index i = 0; i < run; ++i) visit(first + i);
  });
}

}  // namespace tenon
