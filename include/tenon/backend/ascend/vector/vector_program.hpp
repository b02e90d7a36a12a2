// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The instructions of a vector task on every vector core: tiles through ub, double buffered.
///   vector_program(task.placed(Ascend910B1()), Ascend910B1(), {.cores = 48})
#include <tenon/backend/ascend/vector/vector_core.hpp>

namespace tenon {

namespace detail {

/// What each core does. Going down, of a batch of more matrices than cores several pieces.
inline std::vector<std::vector<VectorPiece>> vector_pieces(const AscendVector& t,
                                                           const AscendChip& chip,
                                                           const VectorTiling& tiling) {
  const Index share = vector_share(t, chip, tiling.cores);
  const Index all = t.is_flat() || t.down ? t.columns : t.batch * t.rows;
  std::vector<std::vector<VectorPiece>> cores;
  Index piece = 0;
  for (Index batch = 0; batch < (t.down ? t.batch : 1); ++batch)
    for (Index at = 0; at < all; at += share, ++piece) {
      if (Index(cores.size()) < tiling.cores) cores.emplace_back();
      cores[std::size_t(piece % tiling.cores)].push_back({at, std::min(all, at + share), batch});
    }
  return cores;
}

}  // namespace detail

/// @throws Error where the task or the tiling is not legal on this chip
inline AscendProgram vector_program(const AscendVector& t, const AscendChip& chip,
                                    const VectorTiling& pinned = {}) {
  const VectorTiling tiling = vector_tiling(t, chip, pinned);
  AscendProgram program;
  program.gm_bytes = (t.gm_bytes() + 511) / 512 * 512;
  for (const auto& pieces : detail::vector_pieces(t, chip, tiling))
    program.cores.push_back(detail::VectorCore(t, chip, tiling).instructions(pieces));
  return program;
}

}  // namespace tenon
