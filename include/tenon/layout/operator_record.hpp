// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore writes down of an operator and its strategy:
///   operator_record(equation("mk,kn->mn"), {{2, 2}, {2, 1}}, {{8, 512}, {512, 10}}, {{8, 10}}, 8)
///   device matrix [2,2,1,2], maps [3,2] and [2,1], out [3,1], AllReduce along axis 1: {0, 2}, ...
/// Law: lower(inputs[i]) is where place() puts operand i, unless the operator gathers it first.
/// MindSpore: InferDevMatrixShape, InferTensorMap, InferForwardCommunication of the OperatorInfos.
#include <string_view>

#include <tenon/layout/placement.hpp>

namespace tenon {

/// What adds up the partial sums of an operator.
struct ForwardSum {
  bool scatters = false;  // each rank keeps its rows of the sum
  Axes axes;              // of the device matrix, from the left
  Digits digits;          // the same, as digits of the rank

  constexpr explicit operator bool() const { return !axes.empty(); }
  constexpr std::string_view name() const { return scatters ? "ReduceScatter" : "AllReduce"; }
};

struct OperatorRecord {
  Finding finding;
  Axes device_matrix;               // with the repeat axis
  Vector<LayoutRecord, 4> inputs;   // raw: axes of size 1 are mapped too
  Vector<LayoutRecord, 3> outputs;  // of scattered sums on a device matrix of its own
  Index repeated_calc_num = 1;
  bool repeated_right = true;
  ForwardSum forward;
};

/// The size of a letter, as the first input that has it says; 1 if none has it.
constexpr Index size_of(char letter, const Equation& e, const Vector<Dims, 4>& shapes) {
  for (int i = 0; i < e.inputs.size(); ++i)
    for (int d = 0; d < e.inputs[i].size(); ++d)
      if (letter && e.inputs[i][d].letter == letter && !e.inputs[i][d].repeated)
        return shapes[i][d];
  return 1;
}

/// The shapes of all outputs, of which the first is known: MindSpore's LayerNorm has two more.
constexpr Vector<Dims, 3> output_shapes(const Equation& e, const Vector<Dims, 4>& shapes,
                                        const Dims& first) {
  Vector<Dims, 3> results{first};
  for (int i = 1; i < e.outputs.size(); ++i) {
    results.push_back({});
    for (const EquationAxis& axis : e.outputs[i])
      results.back().push_back(size_of(axis.letter, e, shapes));
  }
  return results;
}

/// One axis a dimension; -1 where the dimension has none, or is repeated along one that cuts.
constexpr LayoutRecord layout_record(const Term& term, const Dims& shape, const Arrangement& a) {
  LayoutRecord layout{a.device_matrix(), {}, shape};
  for (const EquationAxis& axis : term) {
    const int at = a.index(axis.letter);
    const bool whole = at < 0 || axis.unmapped || (axis.repeated && a.parts[at] > 1);
    layout.tensor_map.push_back(
        {whole ? Index(-1) : layout.device_matrix.size() - 1 - a.axis(axis.letter)});
  }
  return layout;
}

/// The output whose rows are cut once more, by the axis of the summed letter: that axis and the
/// rows' one become one, [a,b,c] becomes [a*b,c] (or [1,a*b], as MindSpore's Gather along axis 1).
constexpr LayoutRecord scattered_record(const Equation& e, const Dims& shape, Arrangement a,
                                        char summed) {
  Term term = e.outputs[0];
  const int rows = a.index(term[0].letter), sum = a.index(summed);
  if (rows < 0) {
    term[0].letter = summed;
  } else if (e.scatters_last) {
    a.letters.push_back(a.letters[rows]);
    a.parts.push_back(a.parts[rows] * a.parts[sum]);
    a.parts[sum] = 1;
    a.letters.erase(rows);
    a.parts.erase(rows);
  } else {
    a.parts[rows] *= a.parts[sum];
    a.letters.erase(sum);
    a.parts.erase(sum);
  }
  return layout_record(term, shape, a);
}

/// Findings: those of arrange(). An output split that differs from the cut of the rows asks for
/// scattered sums.
/// @pre shapes fit the equation; results: those of output_shapes()
constexpr OperatorRecord operator_record(const Equation& e, const Splits& splits,
                                         const Vector<Dims, 4>& shapes,
                                         const Vector<Dims, 3>& results, Index devices) {
  OperatorRecord r;
  const Arrangement a = arrange(e, splits, devices);
  r.finding = a.finding;
  if (r.finding) return r;
  r.device_matrix = a.device_matrix();
  r.repeated_calc_num = a.repeats;
  r.repeated_right = a.repeats == 1 || !a.repeats_left;
  char summed = 0;
  for (int i = 0; i < a.letters.size(); ++i) {
    if (a.parts[i] == 1 || dimension_of(e.outputs[0], a.letters[i]) >= 0) continue;
    summed = a.letters[i];
    r.forward.axes.push_back(a.axis(summed));
    r.forward.digits.push_back(a.digit(summed));
  }
  for (int i = 0; i < e.inputs.size(); ++i)
    r.inputs.push_back(layout_record(e.inputs[i], shapes[i], a));
  for (int i = 0; i < e.outputs.size(); ++i)
    r.outputs.push_back(layout_record(e.outputs[i], results[i], a));
  if (!r.forward || results[0].empty()) return r;
  const bool asked = !splits.output.empty();
  const Index rows = a.parts_of(e.outputs[0][0].letter);
  r.forward.scatters = asked ? splits.output[0] != rows : e.scatters;
  if (r.forward.scatters) r.outputs[0] = scattered_record(e, results[0], a, summed);
  return r;
}

}  // namespace tenon
