// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What plan/planned_stages.hpp declares.
#include <tenon/plan/stage_plan.hpp>

namespace tenon {

TENON_DECL Pipeline planned_stages(const Graph& graph, Index ranks, const PlanOptions& options,
                                   Index own) {
  Pipeline all = plan_stages(graph, ranks, options, own);
  if (all.finding) throw Error(text(all.finding, all.name(all.where)));
  return all;
}

}  // namespace tenon
