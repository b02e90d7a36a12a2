// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tiles whose weights are bfloat16, in pairs of k below each other: one instruction multiplies
/// both and adds both products to a float.
///   y[r] += x[r,2k] * w[2k] + x[r,2k+1] * w[2k+1]
/// Where there is no such instruction, a pair is taken apart in registers: its lower half moved up,
/// and its upper half, are floats.
#include <tenon/core/half.hpp>
#include <tenon/backend/cpu/one_row.hpp>

namespace tenon::detail {

/// A row of x, rounded to bfloat16 and still floats: what is taken apart is multiplied by it.
template <class, int bytes, int rows, int vectors>
struct ApartTile {
  [[gnu::always_inline]] void operator()(const TileCall<float>& call) const {
    using V = Lanes<float, bytes>;
    using Pairs = Lanes<std::uint32_t, bytes>;
    Sums<float, bytes, rows, vectors> sums;
    sums.begin(call);
    const auto* x = static_cast<const float*>(call.x);
    const auto* w = static_cast<const char*>(call.w);
    const Index pitch = call.x_pitch;
    for (Index k = call.depth; k > 0; k -= 2, x += 2, w += vectors * bytes) {
      V q[2][vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        Pairs pairs;
        load(pairs, w + v * bytes);
        const Pairs low = pairs << 16, high = pairs & 0xffff0000u;
        load(q[0][v], &low), load(q[1][v], &high);
      }
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half)
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
          const V p = x[r * pitch + half] - V{};
#pragma GCC unroll 2
          for (int v = 0; v < vectors; ++v) sums.c[r][v] += p * q[half][v];
        }
    }
    sums.end(call);
  }
};

inline void round_to_floats(const float* x, Index n, Index padded, void* to) {
  auto* y = static_cast<float*>(to);
  for (Index k = 0; k < n; ++k) y[k] = from_bfloat16(to_bfloat16(x[k]));
  for (Index k = n; k < padded; ++k) y[k] = 0;
}

#ifdef __x86_64__
using Vector512 = Lanes<float, 64>;

/// c += the products of pairs.
[[gnu::target("avx512f,avx512bf16"), gnu::always_inline]] inline void add_products(
    Vector512& c, const Lanes<std::uint32_t, 64>& x, const Lanes<std::uint32_t, 64>& w) {
  asm("vdpbf16ps %2, %1, %0" : "+v"(c) : "v"(x), "v"(w));
}

/// A row of x as pairs.
template <class, int, int rows, int vectors>
struct PairsTile {
  [[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma,avx512bf16")]] void operator()(
      const TileCall<float>& call) const {
    using Pairs = Lanes<std::uint32_t, 64>;
    Sums<float, 64, rows, vectors> sums;
    sums.begin(call);
    const auto* x = static_cast<const std::uint32_t*>(call.x);
    const auto* w = static_cast<const char*>(call.w);
    const char* next = call.next;
    const Index pitch = call.x_pitch / 2, next_step = call.next_step;
    for (Index k = call.depth; k > 0; k -= 2, ++x, w += vectors * 64, next += next_step) {
      Pairs q[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        load(q[v], w + v * 64);
        __builtin_prefetch(next + v * 64, 0, 2);
      }
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) {
        const Pairs p = x[r * pitch] - Pairs{};
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) add_products(sums.c[r][v], p, q[v]);
      }
    }
    sums.end(call);
  }
};

/// Of a product of one row: four runs beside each other, as in one_row.hpp.
template <int vectors>
[[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma,avx512bf16")]] void pairs_row(
    const TileCall<float>& call) {
  using Pairs = Lanes<std::uint32_t, 64>;
  Sums<float, 64, 1, vectors> sum;
  sum.begin(call);
  Vector512 parts[chains][vectors] = {};
  const auto* x = static_cast<const std::uint32_t*>(call.x);
  const auto* w = static_cast<const char*>(call.w);
  const Index pairs = (call.depth + 1) / 2, run = pairs / chains, rest = pairs - chains * run;
  for (Index k = 0; k < run + rest; ++k)
#pragma GCC unroll 4
    for (int i = 0; i < chains; ++i) {
      const Index at = k < run ? i * run + k : chains * run + (k - run);
      if (k >= run && i > 0) break;
      const Pairs p = x[at] - Pairs{};
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        Pairs q;
        const char* const from = w + (at * vectors + v) * 64;
        load(q, from);
        add_products(parts[i][v], p, q);
        __builtin_prefetch(from + ahead, 0, 3);
      }
    }
#pragma GCC unroll 2
  for (int v = 0; v < vectors; ++v)
    sum.c[0][v] += (parts[0][v] + parts[1][v]) + (parts[2][v] + parts[3][v]);
  sum.end(call);
}

/// Rounded to nearest, ties to even; NaN stays NaN. Denormal numbers become zero, as in products.
[[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16")]] inline void round_to_pairs(
    const float* x, Index n, Index padded, void* to) {
  auto* y = static_cast<std::uint16_t*>(to);
  Index k = 0;
  for (; k + 32 <= n; k += 32) {
    Vector512 low, high;
    Lanes<std::uint16_t, 64> rounded;
    load(low, x + k), load(high, x + k + 16);
    asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(rounded) : "v"(high), "v"(low));
    store(rounded, y + k);
  }
  for (; k < n; ++k) y[k] = to_bfloat16(x[k]);
  for (; k < padded; ++k) y[k] = 0;
}
#endif

}  // namespace tenon::detail
