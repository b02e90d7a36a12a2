// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The instructions of a MatMul on every core:
///   auto task = AscendMatMul{.m = 100, .n = 30, .k = 7}.placed();
///   AscendProgram program = matmul_program(task, chip, matmul_tiling(task, chip));
/// A, B and bias are read, and C written, at the task's places and in its formats; what C's nz has
/// beyond m and n is written too, with anything.
#include <tenon/backend/ascend/matmul/matmul_core.hpp>
#include <tenon/backend/ascend/matmul/matmul_search.hpp>

namespace tenon {

/// @throws Error where the task or the tiling is not legal on this chip
inline AscendProgram matmul_program(const AscendMatMul& task, const AscendChip& chip,
                                    const MatMulTiling& tiling) {
  check(task, chip);
  check(task, chip, tiling);
  AscendProgram program;
  program.gm_bytes = detail::up_to(task.gm_bytes(), 512);
  const Index rows = single_m(task, tiling), columns = single_n(task, tiling);
  for (Index m = 0; m < task.m; m += rows)
    for (Index n = 0; n < task.n; n += columns) {
      const MatMulPiece piece{m, n, std::min(rows, task.m - m), std::min(columns, task.n - n)};
      program.cores.push_back(detail::MatMulCore(task, chip, tiling, piece).instructions());
    }
  return program;
}

inline AscendProgram matmul_program(const AscendMatMul& task, const AscendChip& chip) {
  return matmul_program(task, chip, matmul_tiling(task, chip));
}

}  // namespace tenon
