// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An operator whose inputs have layouts instead of splits; several axes may cut one dimension:
///   on_layouts(matmul, [2,2,2], [[2,1],[1,0]], out [[2,1],0]): ReduceScatter over axis 1
/// MindSpore: CheckInputLayout, InferOutputLayout, CheckOutputLayout of MatMul and its like.
#include <optional>

#include "operator_cases.hpp"

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
      found.push_back({Mistake::does_not_divide, {}, operand, char('0' + d), layout.shape[d],
                       x.parts(d)});
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
    y.found.push_back({Mistake::illegal_output_split, {}, -1, char('0' + rows),
                       lower(y.output).parts(rows), p.output.summands()});
  return y;
}

/// The maps of a case, unexamined.
inline AxisMap axis_map(const json& map) {
  AxisMap axes;
  for (const json& entry : map)
    axes.push_back(entry.is_array() ? items_of<Axes>(entry) : Axes{entry.get<Index>()});
  return axes;
}

/// The question behind a case of a kind like "matmul_layout". LayerNorm's axis, where it is not
/// said, is the last, or with `lenient` the first from which on nothing is cut.
inline OnLayouts on_layouts(const json& c, const std::string& kind, bool lenient) {
  json question = c;
  question.erase("out_map");
  question["op"] = kind.substr(0, kind.rfind("_layout"));
  List<AxisMap> maps;
  for (const json& map : c.at("tensor_maps")) maps.push_back(axis_map(map));
  if (!question.contains("attrs") || question["attrs"].is_null()) question["attrs"] = json::object();
  if (lenient && folded(question["op"]) == "layernorm" &&
      !question["attrs"].contains("begin_norm_axis")) {
    int axis = maps[0].size();
    const auto whole = [&](const Axes& entry) { return entry.empty() || entry == Axes{-1}; };
    while (axis > 0 && whole(maps[0][axis - 1])) --axis;
    question["attrs"]["begin_norm_axis"] = axis;
  }
  const OperatorQuestion q = operator_question(question);
  std::optional<AxisMap> out;
  if (c.contains("out_map")) out = axis_map(c.at("out_map"));
  OnLayouts y;
  if (q.result.finding) y.found.push_back(q.result.finding);
  else if (int(maps.size()) != q.operands.shapes.size())
    y.found.push_back({Mistake::inputs_without_split, {}, -1, 0, Index(maps.size()),
                       q.operands.shapes.size()});
  else y = on_layouts(q, items_of<Axes>(c.at("device_matrix")), maps, out);
  if (out && q.op != &MatMul::info)
    y.found.push_back({Mistake::illegal_output_split, {}, -1, '0', 0, 1});
  return y;
}

/// A case of a kind like "matmul_layout".
inline std::optional<std::string> check_layout_operator_case(const json& c) {
  const std::string kind = c.at("kind");
  const OnLayouts y = on_layouts(c, kind, true);
  if (!y.found.empty()) return "MindSpore takes it: " + text(y.found[0], kind);
  json forward = forward_of(y.forward, false);
  if (y.forward) forward["group_rank0"] = to_json(group(y.forward.digits, 0));
  const json computed{{"slice_shapes", slice_shapes_of(y.inputs)},
                      {"inferred_out_map", to_json(y.inferred.tensor_map)},
                      {"out_slice_shape", to_json(lower(y.output).largest_block())},
                      {"out_slice_shapes", {to_json(lower(y.output).largest_block())}},
                      {"forward", forward}};
  return difference(c, computed, {"device_matrix", "devices", "shapes", "tensor_maps", "out_map", "attrs"});
}

inline bool is_layout_operator_kind(const std::string& kind) {
  return kind.ends_with("_layout") && is_operator_kind(kind.substr(0, kind.rfind("_layout")));
}

}  // namespace tenon::explain
