// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Cases about one operator and its strategy: every field that is not a question is computed.
///   {"kind": "relu", "shapes": [[128,32]], "strategies": [[8,1]], "devices": 8,
///    "device_matrix": [8,1], "tensor_maps": [[1,0]], ...}
#include "difference.hpp"
#include "operator_answer.hpp"

namespace tenon::explain {

inline bool is_operator_kind(const std::string& kind) {
  if (kind == "reshape_input") return true;
  for (const KnownOperator& known : known_operators())
    if (folded(std::string(known.op->name)) == folded(kind)) return true;
  return false;
}

/// The input side of a reshape works where its input lies; its output is whole until a reader is
/// known.
inline json answer_reshape(const json& c) {
  json question = c;
  question["op"] = "identity";
  json fields = answer(operator_question(question));
  if (!c.contains("reshape_output_before_next_op")) return fields;
  const json& shape = c.at("reshape_output_before_next_op").at("shape");
  if (product(dims_in(shape, "shape")) != product(dims_in(c.at("shapes").at(0), "shape")))
    throw Error("a reshape to another number of elements: " + shape.dump());
  fields["reshape_output_before_next_op"] = {
      {"shape", shape}, {"map", json(shape.size(), -1)}, {"slice_shape", shape}};
  return fields;
}

/// Nothing, or the first difference. MindSpore takes these strategies, so strict() must too.
inline std::optional<std::string> check_operator_case(const json& c) {
  const bool reshape = c.at("kind") == "reshape_input";
  if (!reshape) {
    const OperatorQuestion q = operator_question(c);
    const List<Finding> found = q.objections();
    if (!found.empty()) return "MindSpore takes it: " + text(found[0], q.op->name);
  }
  return difference(c, reshape ? answer_reshape(c) : answer(operator_question(c)),
                    {"shapes", "strategies", "devices", "total_devices", "attrs", "out_strategy"});
}

}  // namespace tenon::explain
