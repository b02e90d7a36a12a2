// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Fills a search's problem: who reads what, and the ways of an operator with and without a
/// strategy.  add_stated(problem, id, {{2, 1}, {1, 2}}); add_unstated(problem, id)
#include <tenon/layout/strict.hpp>
#include <tenon/search/problem.hpp>

namespace tenon::detail {

/// An operator's way as a strategy says; a finding where there is none.
constexpr Finding add_stated(Problem& problem, int id, const Splits& splits) {
  const Node& n = problem.node(id);
  const Operands o = problem.graph.operands(n, problem.layouts.devices());
  const Equation e = problem.equation(id, splits);
  const Index devices = problem.layouts.devices();
  if (problem.options.strict)
    if (const Finding refused = strict(e, splits, o.shapes, n.shape, devices, devices))
      return refused;
  const Placement p = place(e, o.shapes, n.shape, splits, devices);
  if (p.finding) return p.finding;
  Candidate one{splits, false, problem.placed(id, e, p)};
  if (!splits.output.empty()) {
    const Summed summed = summed_as(p.output, splits.output);
    if (summed.finding) return summed.finding;
    if (p.output.partial()) one.placed.summed = problem.layouts.add(summed.distribution);
  }
  problem.of(id).candidates.push_back(one);
  return {};
}

/// As the planner places it where nothing is stated.
constexpr void add_unstated(Problem& problem, int id) {
  const Node& n = problem.node(id);
  if (!n.op->batch_parallel) {
    problem.of(id).candidates.push_back({{}, true, {}});
    return;
  }
  const Operands o = problem.graph.operands(n, problem.layouts.devices());
  const Equation e = problem.equation(id, {});
  const Placement p =
      place(e, o.shapes, n.shape, batch_parallel(e, o, problem.layouts.devices(), true),
            problem.layouts.devices());
  if (!p.finding) problem.of(id).candidates.push_back({{}, false, problem.placed(id, e, p)});
}

/// What of an operator's equation is asked again and again.
constexpr void look_at_equation(Problem& problem, int id) {
  const Node& n = problem.node(id);
  const Equation e = problem.equation(id, n.splits);
  SearchNode& own = problem.of(id);
  for (int i = 0; i < n.inputs.size(); ++i) own.passes[i] = e.inputs[i] == e.outputs[0];
  if (!n.op->adds || n.inputs.size() < 2 || !problem.is_parameter(n.inputs[1])) return;
  const Dims& bias = problem.node(n.inputs[1]).shape;
  if (bias.size() == 1 && e.inputs[1][0].letter)
    own.adds_along = dimension_of(e.outputs[0], e.inputs[1][0].letter);
  if (own.adds_along >= 0 && bias[0] != n.shape[own.adds_along]) own.adds_along = -1;
}

constexpr void count_readers(Problem& problem) {
  const int behind = int(problem.nodes.size());
  for (int id = 0; id < behind; ++id)
    for (int i = 0; i < problem.node(id).inputs.size(); ++i) {
      SearchNode& read = problem.of(problem.node(id).inputs[i]);
      if (read.first_reader < 0) read.first_reader = id, read.first_operand = i;
      read.last_reader = id;
      ++read.readers;
    }
  const auto give = [&](int output) {
    if (output < 0) return;
    problem.of(output).is_output = true;
    problem.of(output).last_reader = behind;
    ++problem.of(output).readers;
  };
  give(problem.graph.output);
  for (int output : problem.graph.further) give(output);
}

}  // namespace tenon::detail
