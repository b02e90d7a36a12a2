// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore's search charges for a redistribution, in elements (times bytes: its cost):
///   [4,2] map [1,0] of [32,256] to whole: forward 3072 = 1024 * 4/2 + 1024 * 2/2
/// MindSpore: TensorRedistribution::ComputeCost.
#include <tenon/layout/mindspore/redistribution.hpp>

namespace tenon {

struct RedistributionCost {
  double forward_comm = 0, backward_comm = 0, comm = 0, computation = 0, memory = 0;
  friend constexpr bool operator==(const RedistributionCost&, const RedistributionCost&) = default;
};

/// s is the slice that the moves begin with, for every move, and n the parts. Every move is charged
/// s of computation and memory; gathers and permutations besides: those of a dimension but the
/// first are charged for Split and Concat too. A list with a Reshape is charged two slices
/// (tensors, where the layouts cannot be unified).
constexpr RedistributionCost cost_elements(const RedistributionList& list) {
  RedistributionCost cost;
  for (const AxisMove& move : list.moves) {
    const double s = double(move.elements);
    cost.computation += s;
    cost.memory += s;
    if (move.kind == AxisMoveKind::split_by_axis) continue;
    const bool concat = move.kind == AxisMoveKind::concat_by_axis;
    const double n = double(move.arguments.back());
    const Index dimension = concat ? move.arguments[0] : move.arguments[2];
    cost.forward_comm += concat ? s * n / 2 : 2 * s;
    cost.backward_comm += concat ? s / 2 : 2 * s;
    cost.comm += concat ? s * (n + 1) / 2 : 4 * s;
    cost.computation += dimension ? s + 2 * s * n : s;
    cost.memory += dimension ? s + 2 * s * n : concat ? s * n : s;
  }
  if (list.reshaped) {
    const double moved = double(list.expandable ? list.slice_elements : list.tensor_elements);
    cost.computation += 2 * moved;
    cost.memory += 2 * moved;
  }
  return cost;
}

}  // namespace tenon
