// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The instructions of a transposition:
///   transpose_program(transpose_task({8, 100, 30}, {0, 2, 1}, Element::float16).placed(), chip)
#include <tenon/backend/ascend/vector/transpose_core.hpp>

namespace tenon {

/// On every vector core.
inline AscendProgram transpose_program(const AscendTranspose& t, const AscendChip& chip) {
  AscendProgram program;
  program.gm_bytes = (t.gm_bytes() + 511) / 512 * 512;
  const Index all = detail::TransposeCore(t, chip).tiles(), cores = chip.vector_cores.whole();
  const Index each = (all + cores - 1) / cores;
  for (Index at = 0; at < all; at += each)
    program.cores.push_back(
        detail::TransposeCore(t, chip).instructions(at, std::min(all, at + each)));
  return program;
}

}  // namespace tenon
