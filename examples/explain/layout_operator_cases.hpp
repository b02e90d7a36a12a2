// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases about one operator on layouts:
///   {"kind": "matmul_layout", "device_matrix": [2,2,2], "shapes": [[1024,1024],[1024,1024]],
///    "tensor_maps": [[2,[1,0]],[[1,0],-1]], "out_map": [[2,1,0],-1], ...}
#include "operator_cases.hpp"
#include "operator_on_layouts.hpp"

namespace tenon::explain {

/// The maps of a case, unexamined.
inline AxisMap axis_map(const json& map) {
  AxisMap axes;
  for (const json& entry : map)
    axes.push_back(entry.is_array() ? items_of<Axes>(entry) : Axes{entry.get<Index>()});
  return axes;
}

/// Whether a case asks for a layout of the output, in a field or only in its note.
inline bool asks_for_output(const json& c) {
  for (const auto& [field, value] : c.items())
    if (field.starts_with("out_") && !field.starts_with("out_slice")) return true;
  const std::string note = c.value("note", "");
  return note.find("output layout") != std::string::npos ||
         note.find("out_strategy") != std::string::npos;
}

/// The question behind a case of a kind like "matmul_layout". LayerNorm's axis, where it is not
/// said, is the last, or with `lenient` the first from which on nothing is cut.
inline OnLayouts on_layouts(const json& c, const std::string& kind, bool lenient) {
  json question = c;
  question.erase("out_map");
  question["op"] = kind.substr(0, kind.rfind("_layout"));
  List<AxisMap> maps;
  for (const json& map : c.at("tensor_maps")) maps.push_back(axis_map(map));
  if (maps.empty()) throw Error("no input has a tensor map");
  if (!question.contains("attrs") || question["attrs"].is_null())
    question["attrs"] = json::object();
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
    y.found.push_back(
        {Mistake::inputs_without_split, {}, -1, 0, Index(maps.size()), q.operands.shapes.size()});
  else y = on_layouts(q, items_of<Axes>(c.at("device_matrix")), maps, out);
  if (q.op != &MatMul::info && asks_for_output(c))
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
  return difference(c, computed,
                    {"device_matrix", "devices", "shapes", "tensor_maps", "out_map", "attrs"});
}

inline bool is_layout_operator_kind(const std::string& kind) {
  return kind.ends_with("_layout") && is_operator_kind(kind.substr(0, kind.rfind("_layout")));
}

}  // namespace tenon::explain
