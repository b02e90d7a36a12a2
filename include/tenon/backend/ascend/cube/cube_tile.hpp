// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The sums of a few rows and 16 columns of the cube, in doubles:
///   s = sum over a step's k of a[m,k] b[k,n]   without rounding
///   c[m,n] = c[m,n] + s                        rounded once, to float32
/// A product of two floats is exact in a double, and so is a step's sum whose numbers are not too
/// far apart: whoever calls has seen to that.
#include <tenon/backend/cpu/vectors.hpp>

namespace tenon::detail {

constexpr int cube_step = 16;  // numbers of k
constexpr int cube_steps = 8;  // in a chunk
constexpr int cube_chunk = cube_step * cube_steps;
constexpr int cube_rows = 4;  // of a tile

struct CubeTile {
  const double* a;  // rows of cube_chunk numbers
  const double* b;  // rows of 16
  float* c;         // rows of 16
  Index steps;
  bool rounds_step;  // s is rounded to float32 first
};

/// acc + s, to odd: where that is no double, of the two next to it the odd one, which is then
/// rounded to float32 as the exact sum would be. (Boldo and Melquiond 2008)
template <class V, class Bits>
[[gnu::always_inline]] inline void add_to_odd(V& acc, const V& s) {
  const V t = acc + s, part = t - acc, rest = (acc - (t - part)) + (s - part);
  Bits bits, away;
  load(bits, &t);
  load(away, &rest);
  away = (away ^ bits) >> 63;              // -1: the sum is smaller than t
  const Bits inexact = rest * rest > V{};  // not of a NaN; no square is too small
  bits += inexact & ((bits & 1) - 1) & (away | 1);
  load(acc, &bits);
}

template <int bytes, int rows, int terms>
[[gnu::always_inline]] inline void cube_tile(const CubeTile& call) {
  using V = Lanes<double, bytes>;
  using F = Lanes<float, bytes / 2>;
  using Bits = Lanes<std::int64_t, bytes>;
  constexpr int lanes = bytes / 8;
  for (int column = 0; column < 16; column += 2 * lanes) {
    V acc[rows][2];
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < 2; ++v) {
        F c;
        load(c, call.c + r * 16 + column + v * lanes);
        acc[r][v] = __builtin_convertvector(c, V);
      }
    const double *a = call.a, *b = call.b + column;
    for (Index step = call.steps; step > 0; --step) {
      V s[rows][2] = {};
#pragma GCC unroll 16
      for (int k = 0; k < terms; ++k, b += 16) {
        V q[2];
        load(q[0], b);
        load(q[1], b + lanes);
#pragma GCC unroll 4
        for (int r = 0; r < rows; ++r) {
          const V p = a[r * cube_chunk + k] - V{};
          s[r][0] += p * q[0];
          s[r][1] += p * q[1];
        }
      }
      a += terms;
#pragma GCC unroll 4
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
          F c;
          if (call.rounds_step) {
            c = __builtin_convertvector(s[r][v], F);
            s[r][v] = __builtin_convertvector(c, V);
          }
          add_to_odd<V, Bits>(acc[r][v], s[r][v]);
          c = __builtin_convertvector(acc[r][v], F);
          acc[r][v] = __builtin_convertvector(c, V);
        }
    }
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < 2; ++v) {
        const F c = __builtin_convertvector(acc[r][v], F);
        store(c, call.c + r * 16 + column + v * lanes);
      }
  }
}

}  // namespace tenon::detail
