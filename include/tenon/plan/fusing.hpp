// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Lets the step before do what follows it: y = relu(x w + b) in one kernel.
#include <tenon/plan/moving.hpp>
#include <tenon/plan/placing.hpp>

namespace tenon::detail {

/// A bias or a scalar function that the step just before can do by itself.
constexpr bool fused(Draft& draft, int id, const Equation& e, const Placement& p) {
  const Node& n = draft.node(id);
  if (draft.options.mindspore || n.inputs.empty() || draft.plan.steps.empty() ||
      draft.readers[std::size_t(n.inputs[0])] != 1)
    return false;
  Step& before = draft.plan.steps.back();
  if (draft.copies[std::size_t(n.inputs[0])].empty() || draft.made(n.inputs[0]) != before.output)
    return false;
  const Distribution& y = draft.lies(before.output);
  if (before.kind != Step::Kind::compute || !before.op->takes_epilogue ||
      draft.activated + 1 == int(draft.plan.steps.size()) || !(p.inputs[0] == y) ||
      !(p.output == y) || y.partial())
    return false;
  if (n.op->adds && !before.bias && draft.node(n.inputs[1]).kind == Node::Kind::parameter) {
    const Dims& bias = draft.node(n.inputs[1]).shape;
    if (bias.size() != 1 || bias[0] != y.shape.back() ||
        e.inputs[1][0].letter != e.outputs[0].back().letter ||  // a bias of another dimension
        p.inputs[1].digits(0) != y.digits(y.shape.size() - 1))
      return false;
    before.bias = true;
    before.inputs.push_back(bring(draft, n.inputs[1], operand_place(draft, n, e, p, 1)));
  } else if (n.op->scalar.exists) {
    before.activation = n.op;
    draft.activated = int(draft.plan.steps.size()) - 1;
  } else {
    return false;
  }
  draft.copies[std::size_t(id)].push_back(before.output);
  return true;
}

}  // namespace tenon::detail
