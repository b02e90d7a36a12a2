// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a function of elements is cut over vector cores and ub:
///   elementwise_tiling(task, Ascend910B1()).cores == 48
#include <tenon/backend/ascend/vector/elementwise_task.hpp>

namespace tenon {

/// 0: to be chosen.
struct ElementwiseTiling {
  Index cores = 0, tile = 0;  // numbers of a tile
  Index buffers = 2;
};

namespace detail {

/// Bytes of ub for a number of a tile.
inline Index ub_bytes_each(const AscendElementwise& t, Index buffers) {
  const Index io = buffers * (t.operands() * bytes(t.element) + bytes(t.result));
  const bool converts = t.work != t.element || t.work != t.result;
  return io + (converts ? t.operands() * bytes(t.work) : 0);
}

}  // namespace detail

/// @throws Error where a tile does not fit ub, or there are not so many cores
inline ElementwiseTiling elementwise_tiling(const AscendElementwise& t, const AscendChip& chip,
                                            const ElementwiseTiling& pinned = {}) {
  check(t, chip);
  ElementwiseTiling tiling = pinned;
  const Index free = chip.ub.whole() - chip.ub_reserved.whole();
  const Index each = detail::ub_bytes_each(t, tiling.buffers), grain = 256;
  if (tiling.buffers != 1 && tiling.buffers != 2)
    throw Error(sentence("a buffer is single or double, not ", tiling.buffers));
  if (tiling.cores == 0) tiling.cores = chip.vector_cores.whole();
  if (tiling.cores < 1 || tiling.cores > chip.vector_cores.whole())
    throw Error(sentence(chip.name, " has ", chip.vector_cores.whole(), " vector cores, not ",
                         tiling.cores));
  const Index fair = (t.n + tiling.cores * grain - 1) / (tiling.cores * grain) * grain;
  if (tiling.tile == 0) tiling.tile = std::min(free / each / grain * grain, fair);
  if (tiling.tile < grain || tiling.tile % grain != 0 || tiling.tile * each > free)
    throw Error(sentence("a tile of ", tiling.tile, " numbers on ", chip.name, ": a multiple of ",
                         grain, " up to ", free / each / grain * grain));
  return tiling;
}

}  // namespace tenon
