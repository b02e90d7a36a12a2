// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a MatMul is cut over cores and buffers:
///   matmul_tiling(task, Ascend910B1(), {.base_m = 128, .base_n = 256, .base_k = 64})
/// A core makes single_m by single_n of C, in tiles of base_m by base_n, base_k deep at a time; a
/// copy into l1 brings step_ka (step_kb) of these depths at once.
#include <tenon/backend/ascend/matmul/matmul_task.hpp>

namespace tenon {

/// 0: to be chosen.
struct MatMulTiling {
  Index cores = 0, cores_m = 0, cores_n = 0;
  Index base_m = 0, base_n = 0, base_k = 0;
  Index step_ka = 0, step_kb = 0;
  Index l1_buffers = 2, l0_buffers = 2, l0c_buffers = 0;

  bool operator==(const MatMulTiling&) const = default;
};

namespace detail {

constexpr Index parts_of(Index whole, Index part) { return (whole + part - 1) / part; }
constexpr Index up_to(Index x, Index multiple) { return parts_of(x, multiple) * multiple; }

/// What base_m, base_n and base_k are multiples of, so that every block begins on a fractal.
inline Index grain(const AscendMatMul& t) { return std::max<Index>(16, t.width()); }

/// The largest base_k that fits the halves of l0a and l0b.
inline Index deepest(const AscendMatMul& t, const AscendChip& chip, const MatMulTiling& tiling) {
  const Index of_a = chip.l0a.whole() / tiling.l0_buffers / (tiling.base_m * bytes(t.element));
  const Index of_b = chip.l0b.whole() / tiling.l0_buffers / (tiling.base_n * bytes(t.element));
  const Index most = std::min({of_a, of_b, chip.mmad_limit.whole()});
  return std::min(most / grain(t) * grain(t), up_to(t.k, grain(t)));
}

/// Bytes of l1 that a tile's bias needs, on chips that begin sums with it.
inline Index l1_bias_bytes(const AscendMatMul& t, const AscendChip& chip, Index base_n) {
  return t.has_bias && chip.bt > 0 ? up_to(base_n * 4, 64) : 0;
}

/// Bytes of ub that one column of fractals of a tile needs on the way out, on chips without fix.
inline Index exit_column_bytes(const AscendMatMul& t, Index base_m) {
  return up_to(base_m, 16) * 16 * (4 + bytes(t.result));
}

}  // namespace detail

/// The rows, or columns, of C that a core makes: whole tiles.
inline Index single_m(const AscendMatMul& t, const MatMulTiling& tiling) {
  return detail::parts_of(detail::parts_of(t.m, tiling.base_m), tiling.cores_m) * tiling.base_m;
}
inline Index single_n(const AscendMatMul& t, const MatMulTiling& tiling) {
  return detail::parts_of(detail::parts_of(t.n, tiling.base_n), tiling.cores_n) * tiling.base_n;
}

/// @throws Error that says which buffer a tiling does not fit, with the numbers.
inline void check(const AscendMatMul& t, const AscendChip& chip, const MatMulTiling& tiling) {
  const Index each = bytes(t.element), grain = detail::grain(t);
  const auto [m, n, k] = std::array{tiling.base_m, tiling.base_n, tiling.base_k};
  const std::string what = sentence("a base of ", m, "x", n, "x", k, " on ", chip.name, ": ");
  for (const Index size : {m, n, k})
    if (size < grain || size % grain != 0 || size > chip.mmad_limit.whole())
      throw Error(sentence(what, "sizes are multiples of ", grain, " up to ",
                           chip.mmad_limit.whole(), ", not ", size));
  const auto fits = [&](std::string_view buffer, Index need, const ChipValue& has) {
    if (need > has.whole())
      throw Error(
          sentence(what, "it needs ", need, " bytes of ", buffer, ", which has ", has.whole()));
  };
  for (const Index count : {tiling.l1_buffers, tiling.l0_buffers, tiling.l0c_buffers})
    if (count != 1 && count != 2) throw Error(sentence(what, "a buffer is single or double"));
  if (tiling.step_ka < 1 || tiling.step_kb < 1)
    throw Error(sentence(what, "a copy into l1 brings at least one base_k"));
  fits("l0a", m * k * each * tiling.l0_buffers, chip.l0a);
  fits("l0b", k * n * each * tiling.l0_buffers, chip.l0b);
  fits("l0c", m * n * 4 * tiling.l0c_buffers, chip.l0c);
  const Index of_bias = detail::l1_bias_bytes(t, chip, n);
  const Index of_step = (m * tiling.step_ka + n * tiling.step_kb) * k * each + of_bias;
  fits("l1", of_step * tiling.l1_buffers, chip.l1);
  fits("bt", of_bias, chip.bt);
  if (chip.fix_pipe == 0)
    fits("ub",
         2 * detail::exit_column_bytes(t, m) + (t.has_bias ? 8 * n : 0) + chip.ub_reserved.whole(),
         chip.ub);
  if (tiling.cores_m < 1 || tiling.cores_n < 1 ||
      tiling.cores_m * tiling.cores_n > chip.cube_cores.whole())
    throw Error(
        sentence(what, tiling.cores_m, "x", tiling.cores_n, " cores of ", chip.cube_cores.whole()));
}

}  // namespace tenon
