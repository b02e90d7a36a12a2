// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where an operator's operands lie: a digit of the rank for every letter of its equation that is
/// cut.
///   place(equation("mk,kn->mn"), shapes, result, {{'k', {2, 1}}}): y is a partial sum over {2, 1}
#include <tenon/layout/arrangement.hpp>

namespace tenon {

struct LetterCut {
  char letter = 0;
  Digit digit;
};
using LetterCuts = Vector<LetterCut, 16>;

constexpr Digits digits_of(const LetterCuts& cuts, char letter) {
  Digits digits;
  for (const LetterCut& cut : cuts)
    if (letter && cut.letter == letter) digits.push_back(cut.digit);
  return digits;
}

struct Placement {
  Finding finding;
  Vector<Distribution, 4> inputs;  // as the arithmetic wants them
  Distribution output;             // as it leaves them: with its partial sums
};

constexpr LetterCuts cuts_of(const Arrangement& a) {
  LetterCuts cuts;
  for (int i = 0; i < a.letters.size(); ++i)
    if (a.parts[i] > 1) cuts.push_back({a.letters[i], a.digit(a.letters[i])});
  return cuts;
}

constexpr Distribution distribution(const Term& term, const Dims& shape, const LetterCuts& cuts) {
  Distribution x = whole(shape);
  for (int d = 0; d < term.size(); ++d)
    if (!term[d].repeated && !term[d].gathered) x = x.cut(d, digits_of(cuts, term[d].letter));
  return x;
}

/// The letter of a dimension, or its number; '+' of the sum.
constexpr char shown(const Term& term, int dimension) {
  if (dimension == Cut::sum) return '+';
  const char letter = term[dimension].letter;
  return letter ? letter : char('0' + dimension);
}

/// Law: a letter cut by a digit cuts every dimension that has the letter, and where the output
/// lacks the letter, the output is a sum over that digit. Findings: no digit may cut twice in one
/// operand; a letter whose sizes differ (a reshape) must be cut into parts that divide them.
constexpr Placement place(const Equation& e, const Vector<Dims, 4>& shapes, const Dims& result,
                          const LetterCuts& cuts) {
  Placement p;
  const Term& out = e.outputs[0];
  for (int i = 0; i < e.inputs.size(); ++i)
    p.inputs.push_back(distribution(e.inputs[i], shapes[i], cuts));
  p.output = distribution(out, result, cuts);
  Digits sums;
  for (char letter : e.order)
    if (dimension_of(out, letter) < 0) sums.append(digits_of(cuts, letter));
  p.output = p.output.cut(Cut::sum, sums);
  const auto check = [&](const Distribution& x, const Term& term) {
    if (const int twice = overlapping_cut(x); twice >= 0 && !p.finding)
      p.finding = {Mistake::axis_used_twice,
                   {},
                   -1,
                   shown(term, x.cuts[twice].dimension),
                   x.cuts[twice].digit.parts};
    for (int d = 0; d < term.size(); ++d) {
      const int o = dimension_of(out, term[d].letter);
      if (o < 0 || term[d].repeated || x.shape[d] == result[o] || p.finding) continue;
      const Index parts = x.parts(d);
      if (x.shape[d] % parts || result[o] % parts)
        p.finding = {Mistake::cut_reshaped_unevenly,
                     {},
                     -1,
                     term[d].letter,
                     x.shape[d] % parts ? x.shape[d] : result[o],
                     parts};
    }
  };
  for (int i = 0; i < e.inputs.size(); ++i) check(p.inputs[i], e.inputs[i]);
  check(p.output, out);
  return p;
}

/// The sums of `output` as a strategy's output split asks: all-reduced, or scattered over dimension
/// 0 behind the cuts that it has there.
struct Summed {
  Finding finding;
  Distribution distribution;
};
constexpr Summed summed_as(const Distribution& output, const Dims& split) {
  const Index sums = output.summands();
  if (split.size() != output.shape.size())
    return {{Mistake::split_of_other_rank, {}, -1, 0, split.size(), output.shape.size()}, {}};
  bool scatters = false;
  for (int d = 0; d < split.size(); ++d) {
    if (split[d] == output.parts(d)) continue;
    if (d > 0 || split[d] != output.parts(d) * sums)
      return {{Mistake::illegal_output_split, {}, -1, char('0' + d), split[d], sums}, {}};
    scatters = true;
  }
  Digits rows = output.digits(0);
  if (scatters) rows.append(output.digits(Cut::sum));
  return {{}, output.summed().cut(0, rows)};
}

/// Where a strategy puts an operator on so many devices.
constexpr Placement place(const Equation& e, const Vector<Dims, 4>& shapes, const Dims& result,
                          const Splits& splits, Index devices) {
  const Arrangement a = arrange(e, splits, devices);
  if (a.finding) return {a.finding, {}, {}};
  return place(e, shapes, result, cuts_of(a));
}

/// The letters' cuts as the operands already lie. Finding: where two operands disagree, or a letter
/// that the operator needs whole is cut.
struct Following {
  Finding finding;
  LetterCuts cuts;
};
constexpr Following follow(const Equation& e, const Vector<Distribution, 4>& operands) {
  Following f;
  Vector<char, 16> seen;
  for (int i = 0; i < e.inputs.size(); ++i)
    for (int d = 0; d < e.inputs[i].size(); ++d) {
      const EquationAxis axis = e.inputs[i][d];
      const Digits digits = operands[i].digits(d);
      const char shown = axis.letter ? axis.letter : char('0' + d);
      if (f.finding) return f;
      if (axis.repeated || !axis.letter) {
        if (!digits.empty()) f.finding = {Mistake::size_one_cut, {}, i, shown, parts(digits)};
      } else if (!may_be_cut(axis.letter)) {
        if (!digits.empty())
          f.finding = {Mistake::whole_dimension_cut, {}, i, shown, parts(digits)};
      } else if (!contains(seen, axis.letter)) {
        seen.push_back(axis.letter);
        for (const Digit& digit : digits) f.cuts.push_back({axis.letter, digit});
      } else if (!(digits_of(f.cuts, axis.letter) == digits)) {
        f.finding = {Mistake::inputs_cut_differently,       {},           i, shown,
                     parts(digits_of(f.cuts, axis.letter)), parts(digits)};
      }
    }
  return f;
}

}  // namespace tenon
