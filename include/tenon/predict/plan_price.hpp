// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a forward of a plan costs, step by step, and whether it fits the devices:
///   PlanPrice price = price_plan(plan, Topology(Ascend910(), 8), seconds_of);
///   price.total().estimate; price.limit() == "RoCE latency"; price.memory.fits()
/// Steps follow one another: nothing of an exchange is hidden behind what is computed.
#include <functional>

#include <tenon/plan/plan.hpp>
#include <tenon/predict/exchange_price.hpp>
#include <tenon/predict/held_elements.hpp>

namespace tenon {

/// What a step's computation costs on the device that computes most, and what limits it.
struct ComputePrice {
  Band seconds;
  std::string limit = "compute";  // "cube", "HBM", "launch"
  double hbm_bytes = 0;           // of all cores of the device
  std::string advice = {};        // what would help
};
using PriceOfCompute = std::function<ComputePrice(const Step&)>;

struct StepPrice {
  std::string name, what;  // "layer1.matmul", "MatMul" or "all-reduce of 4: mesh over HCCS"
  Band compute, communication;
  Index bytes = 0;  // that the device receives which receives most
  std::string limit, advice;
  double hbm_bytes = 0;  // by which the device computes
  Band seconds() const { return compute + communication; }
  /// How much of the estimate the bound is.
  double utilisation() const {
    const Band band = seconds();
    return band.estimate > 0 ? band.lower / band.estimate : 0;
  }
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

/// What would make an exchange cheaper.
inline std::string advice_for_exchange(std::string_view limit) {
  if (limit == "adding") return "a strategy without partial sums";
  return limit.ends_with("latency") ? "fewer exchanges, fewer devices, or a larger batch"
                                    : "a strategy that moves less";
}

/// @param held  in what type a device holds each buffer (held_elements.hpp); none: the plan's
/// @throws Error when the devices are not as many as the plan's ranks.
inline PlanPrice price_plan(const PlanView& plan, const Topology& topology,
                            const PriceOfCompute& compute, std::vector<Element> held = {}) {
  if (plan.devices != topology.size())
    throw Error(sentence("the plan is for ", plan.devices, " ranks, the topology has ",
                         topology.size(), " devices"));
  if (held.empty())
    for (const Buffer& buffer : plan.buffers) held.push_back(buffer.element);
  PlanPrice price{
      plan.devices,
      {},
      {held_bytes(plan, held, Buffer::Place::parameter, plan.parameters),
       held_bytes(plan, held, Buffer::Place::arena, plan.arena), 0, topology.chip().hbm}};
  for (const int input : plan.inputs) price.memory.inputs += plan.buffer(input).bytes();
  for (const Step& step : plan.steps) {
    if (step.kind == Step::Kind::view) continue;
    StepPrice one;
    one.name = plan.name(step.name);
    if (step.kind == Step::Kind::compute) {
      ComputePrice computed = compute(step);
      one.what = step.op->name;
      one.compute = computed.seconds, one.limit = std::move(computed.limit);
      one.hbm_bytes = computed.hbm_bytes, one.advice = std::move(computed.advice);
    } else if (step.movement == Movement::slice) {
      one.what = "slice", one.limit = "HBM";
    } else {
      const Index element = bytes(held[std::size_t(step.output)]);
      ExchangePrice moved = price_exchange(plan.from(step), plan.to(step), element, topology);
      one.what = std::move(moved.how), one.limit = std::move(moved.limit);
      one.communication = moved.seconds;
      one.advice = advice_for_exchange(one.limit);
      for (Index rank = 0; rank < plan.devices; ++rank)
        one.bytes = std::max(one.bytes, received(plan.from(step), plan.to(step), rank) * element);
    }
    price.steps.push_back(std::move(one));
  }
  return price;
}

}  // namespace tenon
