// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A strategy made into an operator's own device matrix: one axis a letter of its equation.
///   arrange(equation("mk,kn->mn"), {{2, 1}, {1, 2}}, 8): m 2, k 1, n 2, and a repeat axis of 2
/// MindSpore: InferDevMatrixShape, repeated calculation.
#include <tenon/layout/equation.hpp>
#include <tenon/layout/record.hpp>

namespace tenon {

/// The splits of one operator's inputs, and of its output if the user asks for that.
struct Splits {
  Vector<Dims, 4> inputs;
  Dims output;

  constexpr Splits() = default;
  constexpr Splits(std::initializer_list<Dims> list, const Dims& out = {})
      : inputs(list), output(out) {}
  constexpr bool stated() const { return !inputs.empty(); }
  friend constexpr bool operator==(const Splits&, const Splits&) = default;
};

struct Arrangement {
  Finding finding;
  Vector<char, 16> letters;
  Axes parts;         // of each letter
  Index repeats = 1;  // devices that compute the same again
  bool repeats_left = false;

  /// With the repeat axis, if there is one.
  constexpr Axes device_matrix() const {
    Axes sizes = parts;
    if (repeats > 1) sizes.insert(repeats_left ? 0 : sizes.size(), repeats);
    return sizes;
  }
  constexpr int index(char letter) const {
    for (int i = 0; i < letters.size(); ++i)
      if (letter && letters[i] == letter) return i;
    return -1;
  }
  constexpr Index parts_of(char letter) const {
    return index(letter) < 0 ? 1 : parts[index(letter)];
  }
  /// The letter's axis of the device matrix, counted from the left.
  constexpr int axis(char letter) const {
    return index(letter) + (repeats > 1 && repeats_left ? 1 : 0);
  }
  constexpr Digit digit(char letter) const { return axis_digit(device_matrix(), axis(letter)); }
};

/// Findings: one split for each input, one number for each
/// dimension, each at least 1, equal for equal letters, 1 where the letter may not be cut or is
/// repeated, and a product that divides the devices.
constexpr Arrangement arrange(const Equation& e, const Splits& splits, Index devices) {
  Arrangement a;
  Vector<Term, 4> terms = e.inputs;
  if (e.split_is_outputs) terms = {e.outputs[0]};
  const auto wrong = [&](Finding finding) {
    a.finding = finding;
    return a;
  };
  if (splits.inputs.size() != terms.size())
    return wrong({Mistake::inputs_without_split, {}, -1, 0, splits.inputs.size(), terms.size()});
  for (char letter : e.order) a.letters.push_back(letter), a.parts.push_back(0);
  for (int i = 0; i < terms.size(); ++i) {
    const Term& term = terms[i];
    const Dims& split = splits.inputs[i];
    if (split.size() != term.size())
      return wrong({Mistake::split_of_other_rank, {}, i, 0, split.size(), term.size()});
    for (int d = 0; d < term.size(); ++d) {
      const char letter = term[d].letter, shown = letter ? letter : char('0' + d);
      if (split[d] < 1) return wrong({Mistake::cut_not_positive, {}, i, shown, split[d]});
      if (!letter || term[d].repeated) {
        if (split[d] > 1) return wrong({Mistake::size_one_cut, {}, i, shown, split[d]});
        continue;
      }
      if (!may_be_cut(letter) && split[d] > 1)
        return wrong({Mistake::whole_dimension_cut, {}, i, letter, split[d]});
      Index& parts = a.parts[a.index(letter)];
      if (parts && parts != split[d])
        return wrong({Mistake::inputs_cut_differently, {}, i, letter, parts, split[d]});
      parts = split[d];
    }
  }
  for (Index& parts : a.parts)
    if (!parts) parts = 1;
  const Index used = product(a.parts);
  if (devices < used || devices % used)
    return wrong({Mistake::too_many_devices, {}, -1, 0, used, devices});
  a.repeats = devices / used;
  a.repeats_left = e.repeats_left;
  return a;
}

}  // namespace tenon
