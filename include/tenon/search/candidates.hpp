// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All strategies of an operator on so many devices, from its equation:
///   candidates(MatMul::info, operands of [32, 784] and [784, 512], 8): ((1,1),(1,1)), ... 20 ways
/// A letter is cut into no more parts than it has elements, and the parts' product divides the
/// devices; what is left over repeats. Blocks need not be equal.
#include <tenon/layout/placement.hpp>
#include <tenon/network/operator.hpp>

namespace tenon {

struct CandidateOptions {
  bool equal_blocks = false;  // only cuts that divide a dimension's size, as MindSpore's do
  bool all_devices = false;   // only cuts over all devices, or over none, as MindSpore's
};

namespace detail {

/// The smallest dimension that has the letter, in any term where it is not repeated.
constexpr Index size_of_letter(const Equation& e, const Vector<Dims, 4>& shapes, char letter) {
  Index size = 0;
  for (int i = 0; i < e.inputs.size(); ++i)
    for (int d = 0; d < e.inputs[i].size(); ++d)
      if (e.inputs[i][d].letter == letter && !e.inputs[i][d].repeated)
        size = size == 0 || shapes[i][d] < size ? shapes[i][d] : size;
  return size;
}

constexpr Splits splits_of(const Equation& e, const Vector<char, 16>& letters,
                           const Vector<Index, 16>& parts) {
  Splits splits;
  const auto split = [&](const Term& term) {
    Dims cuts;
    for (const EquationAxis& axis : term) {
      Index n = 1;
      for (int i = 0; i < letters.size() && !axis.repeated; ++i)
        if (letters[i] == axis.letter) n = parts[i];
      cuts.push_back(n);
    }
    splits.inputs.push_back(cuts);
  };
  if (e.split_is_outputs) split(e.outputs[0]);
  else
    for (const Term& term : e.inputs) split(term);
  return splits;
}

}  // namespace detail

/// In the order of their parts, the first letter's slowest; the whole on every device is the first.
/// Those that the operator's equation or its shapes refuse are left out.
constexpr List<Splits> candidates(const Operator& op, Operands operands, const Dims& result,
                                  Index devices, const CandidateOptions& options = {}) {
  operands.splits = {};
  operands.devices = devices;
  const Equation e = op.equation(operands);
  Vector<char, 16> letters;
  Vector<Index, 16> sizes, parts;
  for (char letter : e.order) {
    if (!may_be_cut(letter)) continue;
    Index size = detail::size_of_letter(e, operands.shapes, letter);
    if (e.split_is_outputs)
      if (const int d = dimension_of(e.outputs[0], letter); d >= 0) size = result[d];
    if (size < 2) continue;
    letters.push_back(letter), sizes.push_back(size), parts.push_back(1);
  }
  List<Splits> all;
  Index used = 1;
  for (;;) {
    if (!options.all_devices || used == devices || used == 1) {
      Operands stated = operands;
      stated.splits = detail::splits_of(e, letters, parts);
      const Placement p = place(op.equation(stated), stated.shapes, result, stated.splits, devices);
      if (!p.finding) all.push_back(stated.splits);
    }
    int i = letters.size() - 1;  // the next number of parts of the last letter that has one
    for (; i >= 0; --i) {
      used /= parts[i];
      do ++parts[i];
      while (parts[i] <= sizes[i] && used * parts[i] <= devices &&
             (devices % (used * parts[i]) || (options.equal_blocks && sizes[i] % parts[i])));
      if (parts[i] <= sizes[i] && used * parts[i] <= devices) break;
      parts[i] = 1;
    }
    if (i < 0) return all;
    used *= parts[i];
  }
}

}  // namespace tenon
