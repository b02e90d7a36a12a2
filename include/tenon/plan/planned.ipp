// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What plan/planned.hpp declares.
#include <tenon/plan/planner.hpp>

namespace tenon {

TENON_DECL Plan planned(const Graph& graph, Index devices, const PlanOptions& options) {
  return plan(graph, devices, options);
}

}  // namespace tenon
