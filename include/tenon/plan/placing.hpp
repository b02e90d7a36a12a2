// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where each operator of a draft works: where its strategy says; else where its first operand
/// lies, or rows over all devices.
#include <tenon/layout/strict.hpp>
#include <tenon/plan/defaults.hpp>
#include <tenon/plan/draft.hpp>

namespace tenon::detail {

constexpr Distribution wanted(const Draft& draft, int id);

/// The cuts of the first operand that is no parameter, where the operator may keep them. A partial
/// sum goes at once where its result's reader wants it.
constexpr LetterCuts cuts_to_follow(const Draft& draft, int id, const Equation& e) {
  const Node& n = draft.node(id);
  LetterCuts cuts;
  for (int i = 0; i < n.inputs.size(); ++i) {
    if (draft.node(n.inputs[i]).kind == Node::Kind::parameter) continue;
    Distribution x = draft.lies(draft.made(n.inputs[i]));
    if (x.partial()) {
      const Distribution there = e.inputs[i] == e.outputs[0] ? wanted(draft, id) : Distribution{};
      x = there.shape == x.shape ? there : x.summed();
    }
    for (int d = 0; d < x.shape.size(); ++d) {
      const EquationAxis axis = e.inputs[i][d];
      if (!axis.letter || axis.repeated || !may_be_cut(axis.letter)) continue;
      for (const Digit& digit : x.digits(d)) cuts.push_back({axis.letter, digit});
    }
    break;
  }
  return cuts;
}

/// Where an operator wants operand i. A parameter's dimension of size one is held whole where the
/// result has its letter: so its layout is the same for every batch, also for a batch of one.
constexpr Distribution operand_place(const Draft& draft, const Node& n, const Equation& e,
                                     const Placement& p, int i) {
  Distribution x = p.inputs[i];
  if (draft.node(n.inputs[i]).kind != Node::Kind::parameter || draft.options.mindspore) return x;
  for (int d = 0; d < x.shape.size(); ++d)
    if (x.shape[d] == 1 && dimension_of(e.outputs[0], e.inputs[i][d].letter) >= 0) x = x.cut(d, {});
  return x;
}

/// A stated strategy; else where the first operand lies, or MindSpore's default.
constexpr Placement place_operator(const Draft& draft, int id, const Equation& e,
                                   const Operands& operands) {
  const Node& n = draft.node(id);
  const Index devices = draft.plan.devices;
  if (n.splits.stated() && draft.options.strict)
    if (const Finding refused = strict(e, n.splits, operands.shapes, n.shape, devices, devices))
      return {refused, {}, {}};
  if (n.splits.stated()) return place(e, operands.shapes, n.shape, n.splits, devices);
  if (draft.options.stay) {
    Vector<Distribution, 4> given;
    for (int input : n.inputs) given.push_back(draft.lies(draft.made(input)));
    const Following f = follow(e, given);
    return f.finding ? Placement{f.finding, {}, {}} : place(e, operands.shapes, n.shape, f.cuts);
  }
  if (n.op->batch_parallel || draft.options.mindspore)
    return place(e, operands.shapes, n.shape,
                 batch_parallel(e, operands, draft.plan.devices, !draft.options.mindspore),
                 draft.plan.devices);
  const Placement p = place(e, operands.shapes, n.shape, cuts_to_follow(draft, id, e));
  return p.finding ? place(e, operands.shapes, n.shape, LetterCuts{}) : p;
}

/// What every rank is to get of an output.
constexpr Distribution output_distribution(const Draft& draft, int output) {
  switch (draft.options.output) {
    case PlanOptions::Output::as_given: return draft.options.given;
    case PlanOptions::Output::as_computed: return draft.lies(draft.made(output)).summed();
    case PlanOptions::Output::rows:
      return whole(draft.node(output).shape).cut(0, {{draft.plan.devices, 1}});
    case PlanOptions::Output::whole: break;
  }
  return whole(draft.node(output).shape);
}

/// Where the first reader of a node wants it, as far as it is known beforehand; a distribution of
/// no shape where nobody says.
constexpr Distribution wanted(const Draft& draft, int id) {
  if (id == draft.graph.output)
    return draft.options.output == PlanOptions::Output::as_computed
               ? Distribution{}
               : output_distribution(draft, id);
  for (int reader = id + 1; reader < int(draft.graph.nodes.size()); ++reader) {
    const Node& n = draft.node(reader);
    for (int i = 0; i < n.inputs.size(); ++i) {
      if (n.inputs[i] != id) continue;
      const Operands operands = draft.graph.operands(n, draft.plan.devices);
      const Equation e = n.op->equation(operands);
      if (n.splits.stated() || n.op->batch_parallel) {
        const Placement p = place_operator(draft, reader, e, operands);
        return p.finding ? whole(draft.node(id).shape) : p.inputs[i];
      }
      return e.inputs[i] == e.outputs[0] ? wanted(draft, reader) : whole(draft.node(id).shape);
    }
  }
  return whole(draft.node(id).shape);
}

}  // namespace tenon::detail
