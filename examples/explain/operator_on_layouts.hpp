// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator whose inputs have layouts instead of splits; several axes may cut one dimension:
///   on_layouts(matmul, [2,2,2], [[2,1],[1,0]], out [[2,1],0]): ReduceScatter over axis 1
/// MindSpore: CheckInputLayout, InferOutputLayout, CheckOutputLayout of MatMul and its like.
#include <optional>

#include "operator_answer.hpp"

namespace tenon::explain {

struct OnLayouts {
  List<Finding> found;
  Vector<LayoutRecord, 4> inputs;
  LayoutRecord inferred, output;  // as the inputs say, as it is asked for
  ForwardSum forward;
};

namespace detail {

/// The axes of a letter, as the first input that has it says.
inline Axes axes_of(char letter, const Equation& e, const Vector<LayoutRecord, 4>& inputs) {
  for (int i = 0; i < e.inputs.size(); ++i)
    for (int d = 0; d < e.inputs[i].size(); ++d)
      if (letter && e.inputs[i][d].letter == letter && !e.inputs[i][d].repeated)
        return inputs[i].tensor_map[d];
  return {-1};
}

inline void examine_layout(List<Finding>& found, const LayoutRecord& layout, int operand,
                           Index devices) {
  Finding finding = examine(layout);
  finding.operand = operand;
  if (finding) return found.push_back(finding);
  if (layout.devices() != devices)
    found.push_back({Mistake::device_count_differs, {}, operand, 0, layout.devices(), devices});
  const Distribution x = lower(layout);
  for (int d = 0; d < layout.shape.size(); ++d)
    if (layout.shape[d] % x.parts(d))
      found.push_back(
          {Mistake::does_not_divide, {}, operand, char('0' + d), layout.shape[d], x.parts(d)});
}

}  // namespace detail

/// Findings: of each layout, of letters that are cut differently, of an axis that cuts the output
/// twice, and of an output map that is neither the inferred one nor its rows with the summed axes.
/// @pre q.result has no finding; one map a shape
inline OnLayouts on_layouts(const OperatorQuestion& q, const Axes& device_matrix,
                            const List<AxisMap>& maps, const std::optional<AxisMap>& out_map) {
  OnLayouts y;
  const Equation& e = q.equation;
  Vector<Distribution, 4> operands;
  for (int i = 0; i < e.inputs.size(); ++i) {
    y.inputs.push_back({device_matrix, maps[std::size_t(i)], q.operands.shapes[i]});
    detail::examine_layout(y.found, y.inputs[i], i, q.operands.devices);
  }
  if (!y.found.empty()) return y;
  for (const LayoutRecord& input : y.inputs) operands.push_back(lower(input));
  const Following f = follow(e, operands);
  if (f.finding) y.found.push_back(f.finding);
  y.inferred = {device_matrix, {}, q.result.shape};
  for (const EquationAxis& axis : e.outputs[0])
    y.inferred.tensor_map.push_back(detail::axes_of(axis.letter, e, y.inputs));
  detail::examine_layout(y.found, y.inferred, -1, q.operands.devices);
  const Placement p = place(e, q.operands.shapes, q.result.shape, f.cuts);
  if (p.finding) y.found.push_back(p.finding);
  y.output = y.inferred;
  if (!y.found.empty()) return y;
  Axes summed;
  for (char letter : e.order)
    if (dimension_of(e.outputs[0], letter) < 0)
      for (Index value : detail::axes_of(letter, e, y.inputs))
        if (value >= 0) summed.push_back(value);
  for (Index value : p.output.partial() ? summed : Axes{}) {
    const int axis = device_matrix.size() - 1 - int(value);
    y.forward.axes.push_back(axis);
    y.forward.digits.push_back(axis_digit(device_matrix, axis));
  }
  if (!out_map) return y;
  y.output.tensor_map = *out_map;
  detail::examine_layout(y.found, y.output, -1, q.operands.devices);
  if (!y.found.empty() || lower(y.output) == lower(y.inferred)) return y;
  const int rows = q.op == &MatMul::info ? q.result.shape.size() - 2 : 0;
  LayoutRecord scattered = y.inferred;
  scattered.tensor_map[rows].append(summed);
  y.forward.scatters = y.forward && lower(y.output) == lower(scattered);
  if (!y.forward.scatters)
    y.found.push_back({Mistake::illegal_output_split,
                       {},
                       -1,
                       char('0' + rows),
                       lower(y.output).parts(rows),
                       p.output.summands()});
  return y;
}

}  // namespace tenon::explain
