// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Chooses what a tiling of a vector task leaves open: whole lines where they fit ub, as many of
/// them as do.
///   vector_tiling(task, Ascend910B1()).cores == 48
#include <tenon/backend/ascend/vector/vector_registers.hpp>

namespace tenon {

namespace detail {

/// What cores and tiles are cut by: blocks of gm that no two of them write, and that have all that
/// is read of them.
inline Index vector_grain(const AscendVector& t, const AscendChip& chip) {
  if (t.is_flat()) return 256;
  bool short_of_lines = t.result_extent() == VectorExtent::line || t.down;
  for (const VectorOperand& x : t.operands)  // one number a line, of a part of the lines
    short_of_lines = short_of_lines || x.extent == VectorExtent::line;
  if (chip.nd_to_nz == 0 && short_of_lines) return 32;
  return t.down ? 16 : 1;
}

/// The lines of which each core makes an equal part; elements, where they stand alone. Going down,
/// a core has columns of one matrix of the batch.
inline Index vector_share(const AscendVector& t, const AscendChip& chip, Index cores) {
  const Index all = t.is_flat() ? t.columns : t.down ? t.columns : t.batch * t.rows;
  const Index each_batch = t.down ? std::max<Index>(1, cores / t.batch) : cores;
  const Index grain = vector_grain(t, chip);
  return (all + each_batch * grain - 1) / (each_batch * grain) * grain;
}

}  // namespace detail

/// @throws Error where a tile does not fit ub, or there are not so many cores
inline VectorTiling vector_tiling(const AscendVector& t, const AscendChip& chip,
                                  const VectorTiling& pinned = {}) {
  check(t, chip);
  VectorTiling tiling = pinned;
  if (tiling.buffers != 1 && tiling.buffers != 2)
    throw Error(sentence("a buffer is single or double, not ", tiling.buffers));
  if (tiling.cores == 0) tiling.cores = chip.vector_cores.whole();
  if (tiling.cores < 1 || tiling.cores > chip.vector_cores.whole())
    throw Error(sentence(chip.name, " has ", chip.vector_cores.whole(), " vector cores, not ",
                         tiling.cores));
  const Index free = chip.ub.whole() - chip.ub_reserved.whole();
  const Index grain = detail::vector_grain(t, chip);
  const Index share = detail::vector_share(t, chip, tiling.cores);
  const auto fits = [&](Index lines, Index tile) {
    VectorTiling some = tiling;
    some.lines = lines, some.tile = tile;
    return detail::VectorRegisters(t, some).bytes() <= free;
  };
  /// The most of what `fits`, a multiple of `step`, up to `most`; 0: none.
  const auto largest = [](Index step, Index most, auto&& suits) {
    Index low = 0, high = (most + step - 1) / step;
    while (low < high) {
      const Index middle = (low + high + 1) / 2;
      if (suits(middle * step)) low = middle;
      else high = middle - 1;
    }
    return low * step;
  };
  if (t.is_flat()) {
    const Index most = largest(grain, Index(1) << 20, [&](Index n) { return fits(1, n); });
    tiling.lines = 1;
    if (tiling.tile == 0) tiling.tile = std::min(most, share);
    if (tiling.tile < grain || tiling.tile % grain != 0 || tiling.tile > most)
      throw Error(sentence("a tile of ", tiling.tile, " numbers on ", chip.name, ": a multiple of ",
                           grain, " up to ", most));
    return tiling;
  }
  const Index line = t.line_numbers(), step = t.down ? 1 : 32;
  if (tiling.tile == 0) tiling.tile = fits(tiling.lines ? tiling.lines : grain, line) ? line : 0;
  if (tiling.tile == 0)  // lines in parts
    tiling.tile = largest(step, line, [&](Index n) {
      return n < line && fits(tiling.lines ? tiling.lines : grain, n);
    });
  if (tiling.lines == 0 && tiling.tile > 0)
    tiling.lines = largest(grain, share, [&](Index n) { return fits(n, tiling.tile); });
  const bool whole_steps = tiling.tile >= line || tiling.tile % step == 0;
  if (tiling.tile < 1 || !whole_steps || tiling.lines < 1 || tiling.lines % grain != 0 ||
      !fits(tiling.lines, tiling.tile))
    throw Error(sentence("a tile of ", tiling.lines, " lines of ", tiling.tile ? tiling.tile : line,
                         " numbers on ", chip.name, ": lines a multiple of ", grain,
                         ", and all in ", free, " bytes of UB"));
  return tiling;
}

}  // namespace tenon
