// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[i, j, ...] = x[i - before_0, j - before_1, ...], and a number where x has no such element.
///   Pad({0, 0, 1, 1}, {0, 0, 1, 2})(x) of [32, 6, 28, 28] is [32, 6, 30, 31], with zeros around
///   Pad({1}, {0}, -1)(x) of [3] is {-1, x[0], x[1], x[2]}
/// Communicates: nothing; a dimension that grows stays whole.
/// MindSpore: PadV3 of the mode constant.
#include <algorithm>
#include <limits>  // what a number may be: -std::numeric_limits<double>::infinity()

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {

/// The attributes are what comes before each dimension, then what comes after each; and the number.
constexpr Result infer_pad(const Operands& o) {
  const auto& n = o.attributes.integers;
  const int rank = o.shapes[0].size();
  Result r{floating_operands(o), o.shapes[0], o.elements[0]};
  if (!r.finding && n.size() != 2 * rank)
    r.finding = {Mistake::other_rank, {}, 0, 0, rank, n.size() / 2};
  for (int d = 0; d < rank && !r.finding; ++d) {
    for (Index around : {n[d], n[rank + d]})
      if (around < 0) r.finding = {Mistake::number_too_small, {}, 0, char('a' + d), around, 0};
    if (!r.finding) r.shape[d] += n[d] + n[rank + d];
  }
  return r;
}

/// "abCD->abCD" where height and width grow.
constexpr Equation pad_equation(const Operands& o) {
  const int rank = o.shapes[0].size();
  Term term = letters('a', rank);
  for (int d = 0; d < rank; ++d)
    if (o.attributes.integers[d] || o.attributes.integers[rank + d])
      term[d].letter = capital(term[d].letter);
  return ordered({{term}, {term}, {}});
}

template <class T>
void pad_law(const KernelCall& call) {
  const Block &x = call.inputs[0], &y = call.output;
  std::fill_n(y.as<T>(), volume(y.box), T(call.attributes.reals[0]));
  Region inside{0, sizes(x.box), strides(sizes(y.box))};
  for (int d = 0; d < x.box.size(); ++d)
    inside.first += call.attributes.integers[d] * inside.strides[d];
  const T* from = x.as<const T>();
  T* to = y.as<T>();
  for_each_run(region(x.box), inside, [&](Index in, Index out, Index run) {
    std::copy_n(from + in, run, to + out);
  });
}

}  // namespace detail

struct Pad : Operation<Pad> {
  Dims before, after;
  double value;
  /// @param first, last  of each dimension: elements before it, and after it
  constexpr explicit Pad(const Dims& first, const Dims& last, double number = 0)
      : before(first), after(last), value(number) {
    if (before.size() != after.size())
      throw Error("a pad has not as many numbers before dimensions as after them");
  }

  static constexpr Operator info{.name = "PadV3",
                                 .infer = &detail::infer_pad,
                                 .equation = &detail::pad_equation,
                                 .law = {&detail::pad_law<float>, &detail::pad_law<double>},
                                 .integers = "before_after...",
                                 .reals = "value"};
  constexpr Attributes attributes() const {
    Attributes a{before, {value}};
    for (Index around : after) a.integers.push_back(around);
    return a;
  }
};

}  // namespace tenon
