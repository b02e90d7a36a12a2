// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The steps of one core's MatMul: tile after tile of its piece, and along the depth in each.
///   MatMulSteps(task, tiling, {0, 0, 128, 256}).block(1).k == 64
#include <tenon/backend/ascend/matmul/matmul_tiling.hpp>

namespace tenon {

/// A part of C: m by n from (at_m, at_n) on.
struct MatMulPiece {
  Index at_m = 0, at_n = 0, m = 0, n = 0;
};

namespace detail {

struct MatMulSteps {
  AscendMatMul task;
  MatMulTiling tiling;
  MatMulPiece piece;
  Index of_tile, tiles_n, all;

  struct Block {  // of C, and the depth of a step
    Index m, n, k, rows, columns, depth;
  };

  MatMulSteps(const AscendMatMul& t, const MatMulTiling& x, const MatMulPiece& p)
      : task(t),
        tiling(x),
        piece(p),
        of_tile(parts_of(t.k, x.base_k)),
        tiles_n(parts_of(p.n, x.base_n)),
        all(parts_of(p.m, x.base_m) * tiles_n * of_tile) {}

  Block block(Index step) const {
    const Index tile = step / of_tile, k = step % of_tile * tiling.base_k;
    const Index m = tile / tiles_n * tiling.base_m, n = tile % tiles_n * tiling.base_n;
    return {piece.at_m + m,
            piece.at_n + n,
            k,
            std::min(tiling.base_m, piece.m - m),
            std::min(tiling.base_n, piece.n - n),
            std::min(tiling.base_k, task.k - k)};
  }
  bool first(Index step) const { return step % of_tile == 0; }
  bool last(Index step) const { return step % of_tile == of_tile - 1; }

  // Bytes of a buffer of l1 for A or B, and of l0a or l0b.
  Index l1_a() const { return l0_a() * tiling.step_ka; }
  Index l1_b() const { return l0_b() * tiling.step_kb; }
  Index l0_a() const { return tiling.base_m * tiling.base_k * bytes(task.element); }
  Index l0_b() const { return tiling.base_n * tiling.base_k * bytes(task.element); }
};

}  // namespace detail
}  // namespace tenon
