// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The instructions of a function of elements on every vector core: tiles through ub, double
/// buffered.
///   elementwise_program(task.placed(), Ascend910B1(), {.cores = 48})
#include <tenon/backend/ascend/vector/elementwise_core.hpp>

namespace tenon {

/// @throws Error where the task or the tiling is not legal on this chip
inline AscendProgram elementwise_program(const AscendElementwise& t, const AscendChip& chip,
                                         const ElementwiseTiling& pinned = {}) {
  const ElementwiseTiling tiling = elementwise_tiling(t, chip, pinned);
  AscendProgram program;
  program.gm_bytes = (t.gm_bytes() + 511) / 512 * 512;
  const Index grain = 256;
  const Index each = (t.n + tiling.cores * grain - 1) / (tiling.cores * grain) * grain;
  for (Index at = 0; at < t.n; at += each)
    program.cores.push_back(
        detail::ElementwiseCore(t, chip, tiling).instructions(at, std::min(t.n, at + each)));
  return program;
}

}  // namespace tenon
