// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The last stage's result on its way to all stages: from each rank of the last one to the same
/// local rank of the others.
///   all.prepare([&](int rank) { return result_broadcast(y, element, 2, rank); }, {}, tag)
/// MindSpore: pipeline_result_broadcast, which adds what all stages have, zeros in all but one.
#include <tenon/comm/exchange_program.hpp>
#include <tenon/layout/distribution.hpp>

namespace tenon {

/// @param y how the result lies over the ranks of a stage.
inline ExchangeProgram result_broadcast(const Distribution& y, Element element, Index stages,
                                        Index ranks_of_stage, Index rank) {
  ExchangeProgram program;
  program.element = element;
  const Index local = rank % ranks_of_stage, owner = (stages - 1) * ranks_of_stage + local;
  const Box box = y.box(local);
  program.result = sizes(box);
  program.held = rank == owner ? program.result : Dims{0};
  if (volume(box) == 0) return program;
  const Region all = region(box);
  program.pieces.push_back({int(owner), rank == owner, false, rank == owner ? all : Region{}, all});
  for (Index stage = 0; rank == owner && stage + 1 < stages; ++stage)
    program.gifts.push_back({int(stage * ranks_of_stage + local), all});
  return program;
}

}  // namespace tenon
