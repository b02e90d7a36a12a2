// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Chooses what a tiling leaves open: the split over cores whose slowest core has least to do, the
/// base that fits, the deepest copies into l1.
///   matmul_tiling(task, Ascend910B1()).base_n == 256   for 8192x8192x8192
#include <tenon/backend/ascend/matmul/matmul_tiling.hpp>

namespace tenon {

namespace detail {

/// Cycles of the slowest core, were its pipes never to wait: a guide for choosing alone.
inline double matmul_cycles(const AscendMatMul& t, const AscendChip& chip,
                            const MatMulTiling& tiling) {
  const double macs = t.element == Element::int8      ? chip.macs_int8
                      : t.element == Element::float32 ? chip.macs_float32
                                                      : chip.macs_float16;
  const Index m = std::min(single_m(t, tiling), up_to(t.m, 16));
  const Index n = std::min(single_n(t, tiling), up_to(t.n, 16));
  const Index tiles = parts_of(m, tiling.base_m) * parts_of(n, tiling.base_n);
  const Index steps = tiles * parts_of(t.k, tiling.base_k);
  const double a = double(m) * double(parts_of(n, tiling.base_n)) * double(t.k);  // read for tiles
  const double b = double(n) * double(parts_of(m, tiling.base_m)) * double(t.k);
  const double each = double(bytes(t.element));
  const double cube =
      double(m) * double(n) * double(t.k) / macs + double(steps) * chip.mmad_start / 8;
  const double mte1 = each * (a / chip.load_a_rate + b / chip.load_b_rate) +
                      double(2 * steps) * chip.load_image_latency;
  const double mte2 = each * (a / double(t.window) + b) / chip.l2_reached_rate;
  return std::max({cube, mte1, mte2}) + (cube + mte1 + mte2) / 16;
}

/// The split over all cores that has least to do; with a base of the user's, as published kernels
/// do, the one whose pieces are squarest (they share most through l2) of those within an eighth.
inline void split_cores(const AscendMatMul& t, const AscendChip& chip, MatMulTiling& tiling,
                        double within) {
  const Index tiles_m = parts_of(t.m, tiling.base_m), tiles_n = parts_of(t.n, tiling.base_n);
  std::vector<std::pair<double, MatMulTiling>> splits;
  for (Index rows = 1; rows <= std::min(tiling.cores, tiles_m); ++rows) {
    MatMulTiling split = tiling;
    split.cores_m = rows;
    split.cores_n = std::min(tiling.cores / rows, tiles_n);
    splits.emplace_back(matmul_cycles(t, chip, split), split);
  }
  double least = splits.front().first, squarest = 0;
  for (const auto& [cycles, split] : splits) least = std::min(least, cycles);
  for (const auto& [cycles, split] : splits) {
    const double m = double(single_m(t, split)), n = double(single_n(t, split));
    const double square = std::min(m, n) / std::max(m, n);
    if (cycles <= least * within && square > squarest) {
      squarest = square;
      tiling = split;
    }
  }
}

inline void choose_depths(const AscendMatMul& t, const AscendChip& chip, MatMulTiling& tiling) {
  if (tiling.base_k == 0) tiling.base_k = deepest(t, chip, tiling);
  if (tiling.base_k < grain(t)) return;  // too large a base: the check says so
  const Index of_bias = l1_bias_bytes(t, chip, tiling.base_n);
  const Index half = (chip.l1.whole() / tiling.l1_buffers - of_bias) / 2;
  const Index all = parts_of(t.k, tiling.base_k);
  const auto step = [&](Index base) {
    const Index most = half / (base * tiling.base_k * bytes(t.element));
    Index power = 1;
    while (power * 2 <= most && power < all) power *= 2;
    return power;
  };
  if (tiling.step_ka == 0) tiling.step_ka = step(tiling.base_m);
  if (tiling.step_kb == 0) tiling.step_kb = step(tiling.base_n);
}

}  // namespace detail

/// @param pinned what the user chose; what is 0 is chosen here
/// @throws Error where what is pinned does not fit
inline MatMulTiling matmul_tiling(const AscendMatMul& task, const AscendChip& chip,
                                  const MatMulTiling& pinned = {}) {
  check(task, chip);
  if (pinned.cores < 0 || pinned.cores > chip.cube_cores.whole())
    throw Error(
        sentence(chip.name, " has ", chip.cube_cores.whole(), " cube cores, not ", pinned.cores));
  const Index grain = detail::grain(task), l0c = chip.l0c.whole();
  MatMulTiling best;
  double least = 0;
  // Powers of two, and all rows or columns at once where they are few.
  const Index all_m = std::min<Index>(256, detail::up_to(task.m, grain));
  const Index all_n = std::min<Index>(512, detail::up_to(task.n, grain));
  for (const Index m : {Index(16), Index(32), Index(64), Index(128), Index(256), all_m})
    for (const Index n :
         {Index(16), Index(32), Index(64), Index(128), Index(192), Index(256), Index(512), all_n}) {
      MatMulTiling t = pinned;
      if (t.cores == 0) t.cores = chip.cube_cores.whole();
      const bool larger = (m > detail::up_to(task.m, grain) && m > grain) ||
                          (n > detail::up_to(task.n, grain) && n > grain);
      if (t.base_m == 0) t.base_m = std::max<Index>(m, grain);
      if (t.base_n == 0) t.base_n = std::max<Index>(n, grain);
      const bool fits = t.base_m * t.base_n * 4 <= l0c && detail::deepest(task, chip, t) >= grain &&
                        (!task.has_bias || chip.bt == 0 || t.base_n * 4 <= chip.bt.whole());
      const bool open = pinned.base_m == 0 || pinned.base_n == 0;
      const bool tall = t.base_m > t.base_n && t.base_n < detail::up_to(task.n, grain);
      if (open && (larger || tall || !fits)) continue;
      if (t.l0c_buffers == 0) t.l0c_buffers = 2 * t.base_m * t.base_n * 4 <= l0c ? 2 : 1;
      detail::choose_depths(task, chip, t);
      if (t.base_k < 1 || t.base_m < 1 || t.base_n < 1) check(task, chip, t);
      if (t.cores_m == 0 || t.cores_n == 0)
        detail::split_cores(task, chip, t, open ? 1.001 : 1.125);
      const double cycles = detail::matmul_cycles(task, chip, t);
      if (least == 0 || cycles < least) {
        least = cycles;
        best = t;
      }
      if (!open) break;
    }
  check(task, chip, best);
  return best;
}

}  // namespace tenon
