// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A forward of a plan as a timeline: what each device computes on "AI Core", what goes between
/// them on "HCCL", joined by arrows around each group.
///   file << trace_of(plan, price_plan(plan, topology, seconds_of), topology).json();
#include <tenon/predict/plan_price.hpp>
#include <tenon/predict/trace.hpp>

namespace tenon {

/// Adds to a trace what the pipes of a device do in a step that begins at `start` seconds.
using TracePipes = std::function<void(Trace&, const Step&, Index device, double start)>;

namespace detail {

/// With the names of msprof's op_summary, and what Tenon says besides.
inline TraceArguments trace_arguments(const StepPrice& step, double start, bool communicates) {
  const Band band = step.seconds();
  return {{"Op Name", step.name},
          {"OP Type", step.what},
          {"Task Type", std::string(communicates ? "HCCL" : "AI_CORE")},
          {"Task Start Time(us)", start * 1e6},
          {"Task Duration(us)", band.estimate * 1e6},
          {"lower bound(us)", band.lower * 1e6},
          {"upper bound(us)", band.upper * 1e6},
          {"bytes", step.bytes},
          {"limit", step.limit}};
}

}  // namespace detail

/// @param price of this plan on this topology; its estimates are shown.
inline Trace trace_of(const PlanView& plan, const PlanPrice& price, const Topology& topology,
                      const TracePipes& pipes = {}) {
  Trace trace;
  double start = 0;
  auto priced = price.steps.begin();
  for (const Step& step : plan.steps) {
    if (step.kind == Step::Kind::view) continue;
    const StepPrice& one = *priced++;
    const bool communicates = PlanView::communicates(step);
    const double seconds = one.seconds().estimate;
    const std::string thread = communicates ? "HCCL" : "AI Core";
    for (Index device = 0; device < plan.devices; ++device) {
      trace.add({device, thread, one.name.empty() ? one.what : one.name, start, seconds,
                 detail::trace_arguments(one, start, communicates)});
      if (pipes && !communicates) pipes(trace, step, device, start);
    }
    if (communicates)
      for (const auto& group : exchange_groups(plan.from(step), plan.to(step), topology.size()))
        for (std::size_t i = 0; group.size() > 1 && i < group.size(); ++i)
          trace.connect(one.what, {group[i], thread, start},
                        {group[(i + 1) % group.size()], thread, start + seconds / 2});
    start += seconds;
  }
  return trace;
}

}  // namespace tenon
