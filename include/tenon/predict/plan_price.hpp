// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a forward of a plan costs, step by step, and whether it fits the devices:
///   PlanPrice price = price_plan(plan, Topology(Ascend910(), 8), seconds_of);
///   price.total().estimate; price.limit() == "RoCE latency"; price.memory.fits()
/// Steps follow one another: nothing of an exchange is hidden behind what is computed.
#include <functional>

#include <tenon/plan/plan.hpp>
#include <tenon/predict/exchange_price.hpp>

namespace tenon {

/// What a step's computation costs on the device that computes most, and what limits it.
struct ComputePrice {
  Band seconds;
  std::string limit = "compute";  // "cube", "HBM", "launch"
};
using PriceOfCompute = std::function<ComputePrice(const Step&)>;

struct StepPrice {
  std::string name, what;  // "layer1.matmul", "MatMul" or "all-reduce of 4: mesh over HCCS"
  Band compute, communication;
  Index bytes = 0;  // that the device receives which receives most
  std::string limit;
  Band seconds() const { return compute + communication; }
};

/// Bytes on the device that needs most.
struct MemoryPrice {
  Index weights = 0, arena = 0, inputs = 0;
  double device = 0;  // what it has
  Index total() const { return weights + arena + inputs; }
  bool fits() const { return double(total()) <= device; }
};

struct PlanPrice {
  Index devices = 1;
  std::vector<StepPrice> steps;
  MemoryPrice memory;

  Band compute() const { return sum(&StepPrice::compute); }
  Band communication() const { return sum(&StepPrice::communication); }
  Band total() const { return compute() + communication(); }
  /// Where most of the time goes.
  std::string limit() const {
    std::map<std::string, double> seconds;
    for (const StepPrice& step : steps) seconds[step.limit] += step.seconds().estimate;
    std::string most;
    for (const auto& [limit, time] : seconds)
      if (most.empty() || time > seconds[most]) most = limit;
    return most;
  }

 private:
  Band sum(Band StepPrice::*part) const {
    Band all;
    for (const StepPrice& step : steps) all += step.*part;
    return all;
  }
};

/// @throws Error when the devices are not as many as the plan's ranks.
inline PlanPrice price_plan(const PlanView& plan, const Topology& topology,
                            const PriceOfCompute& compute) {
  if (plan.devices != topology.size())
    throw Error(sentence("the plan is for ", plan.devices, " ranks, the topology has ",
                         topology.size(), " devices"));
  PlanPrice price{plan.devices, {}, {plan.parameters, plan.arena, 0, topology.chip().hbm}};
  for (const int input : plan.inputs) price.memory.inputs += plan.buffer(input).bytes();
  for (const Step& step : plan.steps) {
    if (step.kind == Step::Kind::view) continue;
    StepPrice one;
    one.name = plan.name(step.name);
    if (step.kind == Step::Kind::compute) {
      ComputePrice computed = compute(step);
      one.what = step.op->name;
      one.compute = computed.seconds, one.limit = std::move(computed.limit);
    } else if (step.movement == Movement::slice) {
      one.what = "slice", one.limit = "HBM";
    } else {
      const Index element = bytes(plan.buffer(step.output).element);
      ExchangePrice moved = price_exchange(plan.from(step), plan.to(step), element, topology);
      one.what = std::move(moved.how), one.limit = std::move(moved.limit);
      one.communication = moved.seconds;
      for (Index rank = 0; rank < plan.devices; ++rank)
        one.bytes = std::max(one.bytes, received(plan.from(step), plan.to(step), rank) * element);
    }
    price.steps.push_back(std::move(one));
  }
  return price;
}

}  // namespace tenon
