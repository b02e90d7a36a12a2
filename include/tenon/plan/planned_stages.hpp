// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A pipeline's stages planned while the program runs: the same function (plan/stage_plan.hpp),
/// compiled once in a program of many files.  Pipeline p = planned_stages(trace(...), 8);
#include <tenon/core/separate.hpp>
#include <tenon/plan/stage_plan.hpp>

namespace tenon {

/// plan_stages(graph, ranks, options, loaded). @throws Error with its finding.
TENON_DECL Pipeline planned_stages(const Graph& graph, Index ranks, const PlanOptions& options = {},
                                   const Pipeline* loaded = nullptr);

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/plan/planned_stages.ipp>
#endif
