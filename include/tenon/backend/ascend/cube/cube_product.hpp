// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A whole instruction of the cube, compiled for each instruction set:
///   cube_product(InstructionSet::avx512, Element::float16)(call, scratch)
/// Where a step's numbers lie too far apart for doubles, it is added exactly, number by number.
#include <algorithm>

#include <tenon/backend/ascend/cube/cube_integers.hpp>
#include <tenon/backend/ascend/cube/cube_operand.hpp>
#include <tenon/backend/ascend/cube/cube_order.hpp>
#include <tenon/backend/cpu/instruction_set.hpp>

namespace tenon::detail {

/// One row and step; exactly in those columns whose numbers have more spread than there is room.
template <int bytes>
[[gnu::always_inline]] inline void add_careful_step(CubeTile tile, const int* spreads, int room) {
  alignas(64) float before[16];
  std::memcpy(before, tile.c, sizeof(before));
  cube_tile<bytes, 1, cube_step>(tile);
  for (int n = 0; n < 16; ++n)
    if (spreads[n] > room)
      tile.c[n] = exact_step(before[n], tile.a, tile.b + n, cube_step, tile.rounds_step);
}

/// Columns 16 n1 and on of the chunk, all rows.
template <int bytes, int terms>
[[gnu::always_inline]] inline void add_chunk(const CubeCall& call, const CubeScratch& scratch,
                                             Index n1, const CubeChunk& chunk, int digits) {
  const int limit = 53 - 4 - 2 * digits;
  const Index steps = chunk.steps() * (cube_step / terms);
  const int* spreads_b = scratch.spreads_b;
  const bool rounds_step = call.order == CubeOrder::step16_rounded;
  const int widest_b = *std::max_element(spreads_b, spreads_b + chunk.steps() * 16);
  float* const c = static_cast<float*>(call.c) + n1 * call.column_pitch;
  for (Index m = 0; m < call.m;) {
    const Index rows = call.m - m >= cube_rows ? cube_rows : 1;
    const double* a = scratch.a.data() + m * cube_chunk;
    const int* spreads_a = scratch.spreads_a.data() + m * cube_steps;
    int widest_a = 0;
    for (Index r = 0; r < rows; ++r)
      for (Index s = 0; s < chunk.steps(); ++s)
        widest_a = std::max(widest_a, spreads_a[r * cube_steps + s]);
    float* const here = c + m * 16;
    if (terms == 1 || widest_a + widest_b <= limit) {
      const CubeTile tile{a, scratch.b, here, steps, rounds_step};
      if (rows == 1) cube_tile<bytes, 1, terms>(tile);
      else cube_tile<bytes, cube_rows, terms>(tile);
    } else {
      for (Index r = 0; r < rows; ++r)
        for (Index s = 0; s < chunk.steps(); ++s) {
          const int room = limit - spreads_a[r * cube_steps + s];
          const CubeTile tile{a + r * cube_chunk + s * cube_step, scratch.b + s * cube_step * 16,
                              here + r * 16, 1, rounds_step};
          add_careful_step<bytes>(tile, spreads_b + s * 16, room);
        }
    }
    m += rows;
  }
}

template <int bytes, Element element>
[[gnu::always_inline]] inline void product_of_floats(const CubeCall& call, CubeScratch& scratch) {
  constexpr int digits = CubeNumbers<element>::digits;
  const bool one_by_one = digits == 24 || call.order == CubeOrder::sequential;
  const Index columns = (call.n + 15) / 16 * 16;
  for (Index first = 0; first < call.k; first += cube_chunk) {
    const CubeChunk chunk{call.k, first, std::min<Index>(cube_chunk, call.k - first)};
    for (Index m = 0; m < call.m; ++m)
      read_row<bytes, element>(call.a, m, chunk, scratch.a.data() + m * cube_chunk,
                               scratch.spreads_a.data() + m * cube_steps);
    for (Index n1 = 0; n1 < columns / 16; ++n1) {
      read_columns<bytes, element>(call.b, n1, columns, chunk, scratch.b, scratch.spreads_b);
      if (one_by_one) add_chunk<bytes, 1>(call, scratch, n1, chunk, digits);
      else add_chunk<bytes, cube_step>(call, scratch, n1, chunk, digits);
    }
  }
}

template <int bytes>
[[gnu::always_inline]] inline void any_product(const CubeCall& call, CubeScratch& scratch) {
  switch (call.element) {
    case Element::bfloat16: return product_of_floats<bytes, Element::bfloat16>(call, scratch);
    case Element::float32: return product_of_floats<bytes, Element::float32>(call, scratch);
    case Element::int8: return product_of_integers(call);
    default: return product_of_floats<bytes, Element::float16>(call, scratch);
  }
}

using CubeProduct = void (*)(const CubeCall&, CubeScratch&);

inline void portable_product(const CubeCall& call, CubeScratch& scratch) {
  any_product<16>(call, scratch);
}
#ifdef __x86_64__
[[gnu::target("avx2,fma")]] inline void avx2_product(const CubeCall& call, CubeScratch& scratch) {
  any_product<32>(call, scratch);
}
[[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma")]] inline void avx512_product(
    const CubeCall& call, CubeScratch& scratch) {
  any_product<64>(call, scratch);
}
#endif

inline CubeProduct cube_product(InstructionSet set) {
#ifdef __x86_64__
  if (set >= InstructionSet::avx512) return &avx512_product;
  if (set == InstructionSet::avx2) return &avx2_product;
#endif
  return &portable_product;
}

}  // namespace tenon::detail
