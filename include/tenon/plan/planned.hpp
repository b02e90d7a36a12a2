// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan made while the program runs: the same function (plan/planner.hpp), called through here so
/// that a program of many files compiles it once.  Plan p = planned(trace(...), 8);
#include <tenon/core/separate.hpp>
#include <tenon/plan/draft.hpp>

namespace tenon {

/// plan(graph, devices, options).
TENON_DECL Plan planned(const Graph& graph, Index devices, const PlanOptions& options = {});

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/plan/planned.ipp>
#endif
