// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Rows of all that follows the batch:  flatten(x) of [32, 28, 28] is [32, 784].
/// Communicates: nothing while the batch alone is cut.
/// MindSpore: no OperatorInfo of its own (batch-parallel where the devices divide the batch).
#include <tenon/network/operators/reshape.hpp>

namespace tenon {

namespace detail {
constexpr Dims flattened(const Dims& x) {
  Dims row;
  for (int d = 1; d < x.size(); ++d) row.push_back(x[d]);
  return {x[0], product(row)};
}
constexpr Result infer_flatten(const Operands& o) {
  if (o.shapes[0].empty()) return {{Mistake::other_rank, {}, 0, 0, 0, 1}, {}, o.elements[0]};
  return {{}, flattened(o.shapes[0]), o.elements[0]};
}
/// "aBC->aZ": the batch keeps its cut, also a batch of one.
constexpr Equation flatten_equation(const Operands& o) {
  Term x = letters('A', o.shapes[0].size()), y = letters('A', 2);
  x[0].letter = y[0].letter = 'a';
  if (o.shapes[0].size() != 2) y[1].letter = 'Z';
  return {{x}, {y}, ordered({{x}, {}, {}}).order};
}
}  // namespace detail

struct Flatten : Operation<Flatten> {
  static constexpr Operator info{.name = "Flatten",
                                 .function = "flatten",
                                 .infer = &detail::infer_flatten,
                                 .equation = &detail::flatten_equation};
  constexpr Attributes attributes() const { return {}; }
};
inline constexpr Flatten flatten{};

}  // namespace tenon
