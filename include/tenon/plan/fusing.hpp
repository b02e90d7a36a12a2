// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Lets the step before do what follows it: y = relu(x w + b) in one kernel, and
/// y = relu(sum over ranks + b) in the exchange that adds what the ranks have.
#include <tenon/plan/moving.hpp>
#include <tenon/plan/placing.hpp>

namespace tenon::detail {

/// Whether the node adds a parameter along a dimension of its first operand.
constexpr bool adds_a_bias(const Draft& draft, const Node& n, const Equation& e, int dimension) {
  if (!n.op->adds || draft.node(n.inputs[1]).kind != Node::Kind::parameter) return false;
  const Dims& bias = draft.node(n.inputs[1]).shape;
  return bias.size() == 1 && bias[0] == n.shape[dimension] &&
         e.inputs[1][0].letter == e.outputs[0][dimension].letter;
}

/// A bias or a scalar function that the step just before can do by itself.
constexpr bool fused_into_kernel(Draft& draft, int id, const Equation& e, const Placement& p) {
  const Node& n = draft.node(id);
  if (draft.plan.steps.empty()) return false;
  Step& before = draft.plan.steps.back();
  const int made = before.output;
  if (draft.made(n.inputs[0]) != made) return false;
  const Distribution& y = draft.lies(made);
  if (before.kind != Step::Kind::compute || !before.op->takes_epilogue ||
      draft.activated + 1 == int(draft.plan.steps.size()) || !(p.inputs[0] == y) ||
      !(p.output == y) || y.partial())
    return false;
  const int along = before.op->bias_dimension < 0 ? y.shape.size() - 1 : before.op->bias_dimension;
  if (!before.bias && adds_a_bias(draft, n, e, along)) {
    if (p.inputs[1].digits(0) != y.digits(along)) return false;
    Step step = before;  // a bias that has to be moved is there before it
    draft.plan.steps.resize(draft.plan.steps.size() - 1);
    step.bias = true;
    step.inputs.push_back(bring(draft, n.inputs[1], operand_place(draft, n, e, p, 1)));
    draft.plan.steps.push_back(step);
  } else if (n.op->scalar.exists) {
    before.activation = n.op;
    draft.activated = int(draft.plan.steps.size()) - 1;
  } else {
    return false;
  }
  draft.copies[std::size_t(id)].push_back(made);
  return true;
}

/// What follows a partial sum: the first exchange on the way adds, and then finishes what it added.
constexpr bool fused_into_sum(Draft& draft, int id, const Equation& e, const Placement& p) {
  const Node& n = draft.node(id);
  const int made = draft.made(n.inputs[0]);
  const Distribution& to = p.inputs[0];
  if (!draft.lies(made).partial() || to.partial() || !(p.output == to)) return false;
  const bool bias = adds_a_bias(draft, n, e, n.shape.size() - 1);
  if (!bias && !n.op->scalar.exists) return false;
  int added = -1;
  if (bias) {  // it lies where the addition wants it; the exchange's block may need a part of that
    const Distribution summed = way(draft, n.inputs[0], made, to)[0];
    const Distribution lies = operand_place(draft, n, e, p, 1);
    const Distribution part =
        whole({n.shape.back()}).cut(0, summed.digits(summed.shape.size() - 1));
    if (!(lies == part) && !lies.cuts.empty()) return false;
    added = bring(draft, n.inputs[1], lies);
    if (!(lies == part)) added = go(draft, n.inputs[1], added, part);
  }
  const int sum = int(draft.plan.steps.size());
  const int y = go(draft, n.inputs[0], made, to);
  Step& step = draft.plan.steps[std::size_t(sum)];
  if (bias) step.bias = true, step.inputs.push_back(added);
  else step.activation = n.op, draft.activated = sum;
  draft.sum = sum, draft.summed = id;
  draft.copies[std::size_t(id)].push_back(y);
  return true;
}

/// A scalar function of what such an exchange finished.
constexpr bool fused_into_finish(Draft& draft, int id, const Placement& p) {
  const Node& n = draft.node(id);
  const int y = draft.made(n.inputs[0]);
  if (!n.op->scalar.exists || draft.summed != n.inputs[0] || draft.activated == draft.sum ||
      !(p.inputs[0] == draft.lies(y)) || !(p.output == draft.lies(y)))
    return false;
  draft.plan.steps[std::size_t(draft.sum)].activation = n.op;
  draft.activated = draft.sum;
  draft.copies[std::size_t(id)].push_back(y);
  return true;
}

/// Whether a step before does the node; only of what nothing else reads.
constexpr bool fused(Draft& draft, int id, const Equation& e, const Placement& p) {
  const Node& n = draft.node(id);
  if (draft.options.mindspore || n.inputs.empty() || draft.readers[std::size_t(n.inputs[0])] != 1 ||
      draft.copies[std::size_t(n.inputs[0])].empty())
    return false;
  return fused_into_kernel(draft, id, e, p) || fused_into_sum(draft, id, e, p) ||
         fused_into_finish(draft, id, p);
}

}  // namespace tenon::detail
