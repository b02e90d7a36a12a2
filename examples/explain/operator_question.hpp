// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A question about one operator, as a case or the command line asks it:
///   {"op": "MatMul", "shapes": [[32,784],[784,512]], "strategies": [[2,1],[1,2]], "devices": 8}
#include <tenon/layout/operator_record.hpp>
#include <tenon/layout/strict.hpp>
#include <tenon/plan/defaults.hpp>

#include "known_operators.hpp"

namespace tenon::explain {

struct OperatorQuestion {
  const Operator* op = nullptr;
  Operands operands;
  Index total_devices = 1;
  bool stated = true;  // the strategy; else it is MindSpore's default
  Result result;       // its finding: shapes or attributes that do not fit
  Vector<Dims, 3> outputs;
  Equation equation;  // only if the result has no finding

  OperatorRecord record() const {
    return operator_record(equation, operands.splits, operands.shapes, outputs, operands.devices);
  }
  /// What MindSpore objects to, in its order; attributes and shapes first.
  List<Finding> objections() const {
    List<Finding> found;
    if (result.finding) found.push_back(result.finding);
    const Equation e = result.finding ? whole_equation() : equation;
    for (const Finding& one : tenon::objections(e, operands.splits, operands.shapes, result.shape,
                                                operands.devices, total_devices))
      found.push_back(one);
    return found;
  }

 private:
  /// Of shapes or attributes that do not fit: every dimension on its own.
  Equation whole_equation() const {
    Equation e;
    int letter = 'a';
    for (const Dims& shape : operands.shapes) {
      e.inputs.push_back(letters(char(letter), letter + shape.size() > 'z' ? 0 : shape.size()));
      letter += shape.size();
    }
    e.outputs = {e.inputs.empty() ? Term{} : e.inputs[0]};
    return ordered(e);
  }
};

namespace detail {

/// Numbers, except where the operator wants indices.
inline void infer(OperatorQuestion& q) {
  Operands& o = q.operands;
  for (int i = 0; i < o.shapes.size(); ++i) o.elements.push_back(Element::float32);
  q.result = q.op->infer(o);
  for (int i = 0; i < o.shapes.size(); ++i)
    if (q.result.finding.mistake == Mistake::other_element && q.result.finding.operand == i) {
      o.elements[i] = Element::int32;
      q.result = q.op->infer(o);
    }
}

inline bool is_reshape(const Operator* op) { return op == &Reshape::info; }

}  // namespace detail

/// The fields are those of layout-cases.json; `op` may be called `operator` or `kind`, `attrs`
/// `attributes`, and OneHot's shapes may say the output instead of its depth.
/// @throws Error for what is no such question; the finding is in the result
/// @param check  is called with the operator and its attributes
inline OperatorQuestion operator_question(const json& c, void (*check)(const KnownOperator&,
                                                                       const json&) = nullptr) {
  const char* name = c.contains("op") ? "op" : c.contains("operator") ? "operator" : "kind";
  if (!c.contains(name) || !c.at(name).is_string()) throw Error("no operator is named");
  if (!c.contains("shapes")) throw Error("the shapes of the operator's inputs are missing");
  const KnownOperator& known = known_operator(c.at(name).get<std::string>());
  json attributes = c.value(c.contains("attrs") ? "attrs" : "attributes", json::object());
  if (attributes.is_null()) attributes = json::object();
  if (!attributes.is_object())
    throw Error("attributes must be an object, not " + attributes.dump());
  if (check) check(known, attributes);
  for (const char* needed : {"perm", "depth"})
    if (needs_attribute(known, needed) && !attributes.contains(needed) &&
        (known.op != &OneHot::info || lists_in(c.at("shapes"), "shapes").size() == 1))
      throw Error("the attribute " + std::string(needed) + " is missing");
  OperatorQuestion q;
  q.op = known.op;
  q.operands.shapes = lists_in(c.at("shapes"), "shapes");
  q.operands.devices = count_in(c, "devices", 1, Index(1) << 20);
  q.total_devices = count_in(c, "total_devices", q.operands.devices, Index(1) << 20);
  for (const Dims& shape : q.operands.shapes)
    for (Index size : shape)
      if (size < 0) throw Error("a shape has a size below 0: " + text(shape));
  q.operands.attributes = attributes_in(known, attributes);
  if (q.op == &OneHot::info && q.operands.shapes.size() == 2) {
    const Dims y = q.operands.shapes[1];
    const Index axis = from_front(q.operands.attributes.integers[1], y.size());
    if (axis >= 0 && axis < y.size()) q.operands.attributes.integers[0] = y[int(axis)];
    q.operands.shapes.erase(1);
  }
  if (detail::is_reshape(q.op) && !attributes.contains("shape")) q.op = &Identity::info;
  if (q.operands.shapes.size() != q.op->operands) {
    q.result.finding = {Mistake::other_operands, {}, -1, 0, q.operands.shapes.size(),
                        q.op->operands};
    return q;
  }
  const char* strategies = c.contains("strategies") ? "strategies" : "strategy";
  q.stated = c.contains(strategies) && !c.at(strategies).is_null();
  if (q.stated) q.operands.splits.inputs = lists_in(c.at(strategies), "strategies");
  if (q.op == &OneHot::info)  // MindSpore's on_value and off_value are scalars: ((8,1),(),())
    while (q.operands.splits.inputs.size() > 1 && q.operands.splits.inputs.back().empty())
      q.operands.splits.inputs.erase(q.operands.splits.inputs.size() - 1);
  json out =
      c.contains("out_strategy") ? c.at("out_strategy") : attributes.value("out_strategy", json());
  if (out.is_array() && !out.empty() && out[0].is_array()) out = out[0];
  if (!out.is_null()) q.operands.splits.output = dims_in(out, "out_strategy");
  detail::infer(q);
  if (q.result.finding) return q;
  const auto equation = [&] {
    return detail::is_reshape(q.op) ? unary_equation(q.operands) : q.op->equation(q.operands);
  };
  if (!q.stated)
    q.operands.splits.inputs =
        batch_parallel(equation(), q.operands, q.operands.devices, false).inputs;
  q.equation = equation();
  if (!attributes.value("repeated_num_in_dev_matrix_right_", true)) q.equation.repeats_left = true;
  q.outputs = output_shapes(q.equation, q.operands.shapes, q.result.shape);
  return q;
}

}  // namespace tenon::explain
