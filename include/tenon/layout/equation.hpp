// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator's rule, as an equation over the letters of its dimensions:
///   equation("mk,kn->mn")      MatMul: k is summed, because the output lacks it
///   equation("abC->abC")       Softmax over the last dimension: a capital letter may not be cut
///   equation("ab,1b'->ab")     Add: 1 has no letter; b' has size one and is repeated
/// Each letter is an axis of the operator's device matrix, in order of appearance or as `order`
/// says. Source: the rules of Shardy and einsum; MindSpore's InferDevMatrixShape and
/// InferTensorMap.
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/layout/finding.hpp>

namespace tenon {

struct EquationAxis {
  char letter = 0;        // 0: no axis of the device matrix
  bool repeated = false;  // of size one here, repeated for the other operands
  bool gathered = false;  // stated as cut, but the arithmetic wants it whole
  bool unmapped = false;  // MindSpore writes -1, whatever the cut
  friend constexpr bool operator==(const EquationAxis&, const EquationAxis&) = default;
};
using Term = Vector<EquationAxis, max_dimensions>;

struct Equation {
  Vector<Term, 4> inputs;
  Vector<Term, 3> outputs;
  Vector<char, 16> order;     // of the letters in the device matrix
  bool repeats_left = false;  // unused devices are the device matrix's first axis, not its last
  bool scatters = false;  // sums go scattered over dimension 0 of the output (MindSpore's Gather)
  bool scatters_last = false;     // and MindSpore moves the axes that cut dimension 0 to the end
  bool split_is_outputs = false;  // the strategy's split is that of the output (MindSpore's OneHot)
  bool takes_output_split = false;  // MindSpore takes an out_strategy
  int batch_operand = 0;            // whose dimension 0 is MindSpore's batch
  Finding refused{};                // what MindSpore alone refuses of the strategy
};

constexpr bool may_be_cut(char letter) { return letter >= 'a' && letter <= 'z'; }

/// The letters' order: as they appear in the inputs, then in the outputs.
constexpr Equation ordered(Equation e) {
  const auto add = [&](const Term& term) {
    for (const EquationAxis& axis : term)
      if (axis.letter && !contains(e.order, axis.letter)) e.order.push_back(axis.letter);
  };
  for (const Term& term : e.inputs) add(term);
  for (const Term& term : e.outputs) add(term);
  return e;
}

constexpr Equation equation(std::string_view text, std::string_view order = {}) {
  Equation e;
  for (char letter : order) e.order.push_back(letter);
  Term term;
  bool output = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == ',' || c == '-') {
      if (output) e.outputs.push_back(term);
      else e.inputs.push_back(term);
      term = {};
      if (c == '-') output = true, ++i;
    } else if (c == '\'') {
      term.back().repeated = true;
    } else if (c != ' ') {
      term.push_back({c == '1' ? '\0' : c});
    }
  }
  return ordered(e);
}

/// Letters in a row:  letters('a', 3) is abc.
constexpr Term letters(char first, int count) {
  Term term;
  for (int i = 0; i < count; ++i) term.push_back({char(first + i)});
  return term;
}

/// The dimension of `term` that has the letter, or -1.
constexpr int dimension_of(const Term& term, char letter) {
  for (int d = 0; d < term.size(); ++d)
    if (letter && term[d].letter == letter) return d;
  return -1;
}

inline std::string text(const Equation& e) {
  std::string s;
  const auto add = [&](const auto& terms) {
    for (int i = 0; i < terms.size(); ++i) {
      if (i) s += ',';
      for (const EquationAxis& axis : terms[i]) {
        s += axis.letter ? axis.letter : '1';
        if (axis.repeated) s += '\'';
      }
    }
  };
  add(e.inputs);
  s += "->";
  add(e.outputs);
  return s;
}

}  // namespace tenon
