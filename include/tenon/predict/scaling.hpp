// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network's forward on 1, 2, 4, 8 and 16 devices, side by side:
///   for (const ScalingRow& row : scaling(counts, plan_of, topology_of, seconds_of))
///     row.devices, row.price.total(), row.speedup, row.price.limit(), row.price.memory.fits()
#include <span>

#include <tenon/predict/plan_price.hpp>

namespace tenon {

struct ScalingRow {
  PlanPrice price;
  double speedup = 1;  // of the estimates, against the first row
};

/// @param plan_of a number of devices: a Plan. @param topology_of it: a Topology.
/// @param compute of a plan's view and one of its steps: a ComputePrice.
/// @param held of a plan's view: in what type a device holds each buffer
inline std::vector<ScalingRow> scaling(std::span<const Index> counts, auto&& plan_of,
                                       auto&& topology_of, auto&& compute, auto&& held) {
  std::vector<ScalingRow> rows;
  for (const Index devices : counts) {
    const auto plan = plan_of(devices);
    const PlanView seen = view(plan);
    if (seen.finding) throw Error(text(seen.finding, seen.name(seen.where)));
    rows.push_back({price_plan(seen, topology_of(devices),
                               [&](const Step& step) { return compute(seen, step); }, held(seen))});
    rows.back().speedup = rows[0].price.total().estimate / rows.back().price.total().estimate;
  }
  return rows;
}

/// Held as the plan says.
inline std::vector<ScalingRow> scaling(std::span<const Index> counts, auto&& plan_of,
                                       auto&& topology_of, auto&& compute) {
  return scaling(counts, plan_of, topology_of, compute,
                 [](const PlanView&) { return std::vector<Element>(); });
}

}  // namespace tenon
