// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Random MatMuls of an Ascend:  some_matmul(random, Ascend910(), 40)   of sizes up to 40
#include <tenon/backend/ascend/matmul/matmul_task.hpp>

#include <random>

namespace tenon::test {

/// A random task that `chip` takes.
inline AscendMatMul some_matmul(std::mt19937& random, const AscendChip& chip, Index most) {
  const auto below = [&](Index n) { return Index(random() % std::uint64_t(n)); };
  AscendMatMul t;
  t.m = below(3) ? 1 + below(most) : 1;
  t.n = 1 + below(most);
  t.k = 1 + below(most);
  t.has_bias = below(2);
  t.relu = below(2);
  t.transpose_a = below(4) == 0;
  t.transpose_b = below(2);
  const auto format = [&] { return below(2) ? AscendFormat::nz : AscendFormat::nd; };
  t.a_format = chip.nd_to_nz == 0 ? AscendFormat::nz : format();
  t.b_format = chip.nd_to_nz == 0 ? AscendFormat::nz : format();
  t.c_format = format();
  switch (below(chip.cube_float32 == 0 ? 3 : 4)) {
    case 0: t.result = Element::float32; break;
    case 1:
      t.element = Element::int8;
      t.result = t.bias_element = Element::int32;
      t.relu = false;
      break;
    case 3: t.element = t.result = Element::float32; break;
    default: break;
  }
  if (t.element != Element::int8 && below(2)) t.bias_element = Element::float16;
  if (chip.fix_pipe == 0 && t.n * bytes(t.result) % 32 != 0) t.c_format = AscendFormat::nz;
  return t.placed(512 * below(3));
}

}  // namespace tenon::test
