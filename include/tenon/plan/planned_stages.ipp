// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What plan/planned_stages.hpp declares.
#include <tenon/plan/stage_plan.hpp>

namespace tenon {

TENON_DECL Pipeline planned_stages(const Graph& graph, Index ranks, const PlanOptions& options,
                                   const Pipeline* loaded) {
  Pipeline all = plan_stages(graph, ranks, options, loaded);
  if (all.finding) throw Error(text(all.finding, all.name(all.where)));
  return all;
}

}  // namespace tenon
