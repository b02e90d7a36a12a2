// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From a graph to the steps of every rank, in one walk over its nodes: place the operator, bring
/// its operands there, compute, fuse. An ordinary function that also runs in the compiler.
///   Plan p = plan(trace(network, {{{32, 28, 28}}}), 8);
#include <tenon/plan/address.hpp>
#include <tenon/plan/fusing.hpp>
#include <tenon/plan/placing.hpp>

namespace tenon {

namespace detail {

/// From now on the node is what the buffer holds: its sums as the strategy wants them.
constexpr void replace(Draft& draft, int id, int buffer) {
  List<int>& held = draft.copies[std::size_t(id)];
  for (int& other : held)
    if (other == buffer) other = held[0];
  held[0] = buffer;
}

constexpr void operate(Draft& draft, int id) {
  const Node& n = draft.node(id);
  const Operands operands = draft.graph.operands(n, draft.plan.devices);
  const Equation e = n.op->equation(operands);
  const Placement p = place_operator(draft, id, e, operands);
  if (p.finding) {
    draft.plan.finding = p.finding;
    draft.plan.where = n.name;
    return;
  }
  if (fused(draft, id, e, p)) return;
  Step step{.op = n.op, .attributes = n.attributes, .name = n.name};
  for (int i = 0; i < n.inputs.size(); ++i)
    step.inputs.push_back(bring(draft, n.inputs[i], operand_place(draft, n, e, p, i)));
  const bool same_memory = !n.op->law.exists;
  if (same_memory) step.kind = Step::Kind::view;
  step.output = draft.add_buffer(id, same_memory ? Buffer::Place::view : Buffer::Place::arena,
                                 p.output, same_memory ? step.inputs[0] : -1);
  draft.plan.steps.push_back(step);
  if (n.splits.output.empty()) return;
  const Summed summed = summed_as(p.output, n.splits.output);
  if (summed.finding) draft.plan.finding = summed.finding, draft.plan.where = n.name;
  else if (p.output.partial()) replace(draft, id, go(draft, id, step.output, summed.distribution));
}

constexpr void visit(Draft& draft, int id) {
  const Node& n = draft.node(id);
  switch (n.kind) {
    case Node::Kind::parameter: return;  // placed where it is read
    case Node::Kind::input: {
      const std::size_t at = draft.plan.inputs.size();
      const auto& received = draft.options.received;
      const std::size_t own = draft.graph.inputs.size() - received.size();
      const bool given = int(at) < draft.options.inputs.size();
      draft.plan.inputs.push_back(
          draft.add_buffer(id, Buffer::Place::input,
                           !received.empty() && at >= own ? received[at - own]
                           : given                        ? draft.options.inputs[int(at)]
                                                          : whole(n.shape)));
      return;
    }
    case Node::Kind::operation: operate(draft, id);
  }
}

}  // namespace detail

/// Steps, layouts and addresses for so many devices; or the finding that forbids them.
/// Cost at run time: microseconds on tens of ranks, and milliseconds on 4096; where a step moves
/// unequal blocks it grows with the ranks' square, to seconds.
constexpr Plan plan(const Graph& graph, Index devices, const PlanOptions& options = {}) {
  detail::Draft draft(graph, devices, options);
  for (int id = 0; id < int(graph.nodes.size()) && !draft.plan.finding; ++id)
    detail::visit(draft, id);
  if (draft.plan.finding) return draft.plan;
  const auto give = [&](int output) {
    return detail::bring(draft, output, detail::output_distribution(draft, output));
  };
  draft.plan.output = give(graph.output);
  for (int output : graph.further) draft.plan.further.push_back(give(output));
  give_addresses(draft.plan);
  return draft.plan;
}

}  // namespace tenon
