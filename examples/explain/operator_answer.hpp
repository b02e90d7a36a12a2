// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The answer to a question, in the fields of layout-cases.json:
///   {"device_matrix": [2,1,2,2], "tensor_maps": [[3,2],[2,1]], "out_maps": [[3,1]], ...}
#include "layout_case_json.hpp"
#include "operator_question.hpp"

namespace tenon::explain {

/// The record of an operator; a Reshape's output is whole until its reader is known.
/// @throws Error with what is wrong with the strategy
inline OperatorRecord record_of(const OperatorQuestion& q) {
  if (q.result.finding) throw Error(text(q.result.finding, q.op->name));
  OperatorRecord r = q.record();
  if (r.finding) throw Error(text(r.finding, q.op->name));
  if (detail::is_reshape(q.op))
    r.outputs = {
        {r.device_matrix, AxisMap::filled(q.result.shape.size(), Axes{-1}), q.result.shape}};
  return r;
}

inline json maps_of(const auto& layouts) {
  json maps = json::array();
  for (const LayoutRecord& layout : layouts) maps.push_back(to_json(layout.tensor_map));
  return maps;
}
inline json slice_shapes_of(const auto& layouts) {
  json shapes = json::array();
  for (const LayoutRecord& layout : layouts)
    shapes.push_back(to_json(lower(layout).largest_block()));
  return shapes;
}

/// One axis as `dim`, as MatMul and Gather have it, or all as `dims`.
inline json forward_of(const ForwardSum& sum, bool one_axis) {
  if (!sum) return nullptr;
  json forward{{"op", std::string(sum.name())}, {"reduce", "sum"}};
  if (one_axis) forward["dim"] = sum.axes[0];
  else forward["dims"] = to_json(sum.axes);
  return forward;
}

/// How many ranks hold the same block of a layout.
inline Index copies(const LayoutRecord& layout) {
  const Distribution x = lower(layout);
  Index blocks = 1;
  for (int d = 0; d < x.shape.size(); ++d) blocks *= x.parts(d);
  return layout.devices() / blocks;
}

inline json answer(const OperatorQuestion& q) {
  const OperatorRecord r = record_of(q);
  json fields{{"device_matrix", to_json(r.device_matrix)},
              {"tensor_maps", maps_of(r.inputs)},
              {"out_maps", maps_of(r.outputs)},
              {"slice_shapes", slice_shapes_of(r.inputs)},
              {"out_slice_shapes", slice_shapes_of(r.outputs)},
              {"out_device_matrix", to_json(r.outputs[0].device_matrix)},
              {"repeated_calc_num", r.repeated_calc_num},
              {"repeated_right", r.repeated_right},
              {"forward", forward_of(r.forward, q.op != &ReduceSum::info)}};
  if (r.forward) fields["forward_group_rank0"] = to_json(group(r.forward.digits, 0));
  bool any = false;  // inputs of which ranks hold copies; training sums their gradients
  for (int i = 0; i < r.inputs.size(); ++i) {
    const bool mirrored = copies(r.inputs[i]) > 1;
    fields["mirror_input" + std::to_string(i)] = mirrored;
    any = any || mirrored;
  }
  fields["mirror_slots"] = any ? r.inputs.size() : 0;
  return fields;
}

}  // namespace tenon::explain
