// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a plan's forward costs on a machine, step after step:
///   plan_cost(view(plan), machine).seconds()
/// Nothing of an exchange is hidden behind a computation. A bias and an activation that a step does
/// along with its own work cost nothing more. More than 46 days are 46 days (search/machine.hpp).
#include <tenon/plan/plan.hpp>
#include <tenon/search/compute_cost.hpp>
#include <tenon/search/exchange_cost.hpp>
#include <tenon/search/machine_check.hpp>

namespace tenon {

struct PlanCost {
  Picoseconds compute = 0, exchange = 0;
  constexpr Picoseconds total() const { return plus(compute, exchange); }
  constexpr double seconds() const { return double(total()) * 1e-12; }
};

constexpr PlanCost step_cost(const auto& plan, const Step& step, const Machine& machine) {
  const Index element_bytes = bytes(plan.buffer(step.output).element);
  if (step.kind == Step::Kind::view) return {};
  if (step.kind == Step::Kind::exchange)
    return {0, exchange_cost(plan.from(step), plan.to(step), element_bytes, plan.devices, machine)};
  Vector<Dims, 4> inputs;
  Vector<Index, 4> sizes;
  for (int i = 0; i < step.inputs.size() - step.bias; ++i) {
    inputs.push_back(plan.buffer(step.inputs[i]).distribution.largest_block());
    sizes.push_back(bytes(plan.buffer(step.inputs[i]).element));
  }
  return {compute_cost(work_of(*step.op, step.attributes, inputs, sizes,
                               plan.to(step).largest_block(), element_bytes),
                       plan.devices, machine),
          0};
}

/// @throws Error for a machine whose numbers cannot be, or that lacks those between nodes.
constexpr PlanCost plan_cost(const auto& plan, const Machine& machine) {
  check_machine(machine, plan.devices);
  PlanCost all;
  for (const Step& step : plan.steps) {
    const PlanCost one = step_cost(plan, step, machine);
    all.compute = plus(all.compute, one.compute);
    all.exchange = plus(all.exchange, one.exchange);
  }
  return all;
}

}  // namespace tenon
