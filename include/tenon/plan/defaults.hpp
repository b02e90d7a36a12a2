// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The strategy of an operator to which none was said.
///   batch_parallel({{32, 512}, {512, 10}}, e, 8) == {{8, 1}, {1, 1}}
#include <numeric>

#include <tenon/layout/placement.hpp>
#include <tenon/network/graph.hpp>

namespace tenon {

/// MindSpore's: dimension 0 of the first input (of a Gather: of the indices), and what has its
/// letter, cut by gcd(devices, its size). With `balanced`, blocks need not be equal: by all devices
/// if there are as many rows.
constexpr Splits batch_parallel(const Equation& e, const Operands& o, Index devices,
                                bool balanced) {
  const Term& first = e.split_is_outputs ? e.outputs[0] : e.inputs[e.batch_operand];
  const Dims& shape = o.shapes[e.batch_operand];
  Splits splits;
  const char letter = first.empty() || first[0].repeated ? '\0' : first[0].letter;
  Index parts = 1;
  if (letter && may_be_cut(letter)) {
    const Index rows = shape.empty() ? 1 : shape[0];
    parts = balanced && rows >= devices ? devices : std::gcd(devices, rows);
  }
  const auto split = [&](const Term& term) {
    Dims cuts;
    for (const EquationAxis& axis : term)
      cuts.push_back(
          axis.letter && axis.letter == letter && !axis.repeated ? (parts > 0 ? parts : 1) : 1);
    splits.inputs.push_back(cuts);
  };
  if (e.split_is_outputs) split(first);
  else
    for (const Term& term : e.inputs) split(term);
  return splits;
}

}  // namespace tenon
