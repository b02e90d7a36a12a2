// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a step of a plan adds on one rank, where results have the same bits however the network is
/// cut (Backend::reproducible).
#include <tenon/core/sum_tree.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon::detail {

/// Nothing is added over k by other operators; what they add, they add on one rank.
/// @throws Error where an operator adds over ranks in another order, or in parts that are no whole
/// blocks.
inline SumBlocks sum_blocks_of(const PlanView& plan, const Step& step, Index rank) {
#ifdef __FAST_MATH__
  throw Error("a program that is compiled with -ffast-math is not reproducible");
#endif
  const Distribution &x = plan.buffer(step.inputs[0]).distribution, &y = plan.to(step);
  const auto where = [&] {
    return std::string(plan.name(step.name)).append(" (").append(step.op->name).append(")");
  };
  if (!step.op->sums_in_blocks) {
    if (!y.partial()) return {};
    throw Error(where()
                    .append(" adds over ")
                    .append(std::to_string(y.summands()))
                    .append(" ranks in their order, which is not that of a reproducible backend; "
                            "legal: a strategy that leaves whole what it adds"));
  }
  if (const std::string refused = refused_parts(y.summands()); !refused.empty())
    throw Error(where().append(": ").append(refused));
  const Index size = x.shape[step.op->summed_dimension(x.shape, step.attributes)];
  return sum_blocks(size, y.summands(), y.block(Cut::sum, rank));
}

}  // namespace tenon::detail
