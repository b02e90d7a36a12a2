// SPDX-License-Identifier: Apache-2.0
#pragma once
/// AMX: registers that are tiles of 16 rows of 64 bytes. One instruction multiplies 16 x 32 numbers
/// of x by 32 x 16 of w, all bfloat16, and adds to 16 x 16 floats; 32 x 32 of y are made at once.
/// Panels of pairs are tiles of w as they are; rows that a product lacks are zeros of the copied x.
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include <tenon/backend/cpu/register_tile.hpp>

namespace tenon::detail {

/// Whether the processor has it and the system knows it. Asks for nothing.
inline bool amx_is_there() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned bf16 = 1u << 22, tiles = 1u << 24;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & bf16) || !(d & tiles)) return false;
#ifdef SYS_arch_prctl
  constexpr long supported = 0x1021;  // of <asm/prctl.h>, from Linux 5.16 on
  unsigned long features = 0;
  return ::syscall(SYS_arch_prctl, supported, &features) == 0 && features >> 18 & 1;
#else
  return false;
#endif
}

/// Asks the system for the tiles, which it grants a process for good: only where they will be used,
/// for signal stacks must then have room for them.
inline bool amx_is_granted() {
#ifdef SYS_arch_prctl
  constexpr long request = 0x1023, tile_data = 18;
  return amx_is_there() && ::syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
  return false;
#endif
}

/// The tiles for one product, for as long as it lives; what the caller had configured comes back.
class AmxTiles {
 public:
  /// @param rows of x that a product has; what it lacks of 16 takes no time then
  [[gnu::target("amx-tile")]] explicit AmxTiles(Index rows) {
    asm volatile("sttilecfg %0" : "=m"(before_));
    Configuration tiles{};
    tiles.palette = 1;
    for (int i = 0; i < 8; ++i) {
      tiles.row_bytes[i] = 64;
      tiles.rows[i] = std::uint8_t(i < 6 && rows < 16 ? rows : 16);
    }
    asm volatile("ldtilecfg %0" ::"m"(tiles));
  }
  [[gnu::target("amx-tile")]] ~AmxTiles() {
    if (before_.palette) asm volatile("ldtilecfg %0" ::"m"(before_));
    else asm volatile("tilerelease");
  }
  AmxTiles(const AmxTiles&) = delete;
  AmxTiles& operator=(const AmxTiles&) = delete;

 private:
  struct alignas(64) Configuration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
  };
  Configuration before_;
};

/// Tiles 0 to 3 are sums, 4 and 5 of x, 6 and 7 of w. Where x is one tile high, two sums of each
/// vector run beside each other, of every other step of k.
/// @pre x: numbers up to whole tiles; an AmxTiles lives
template <int row_tiles, int vectors>
[[gnu::target("amx-tile,amx-bf16,avx512f,avx512vl,avx512bw,avx512dq,fma")]] void amx_tile(
    const TileCall<float>& call) {
  const Index x_step = call.x_pitch * 2, w_step = vectors * 64;
  const auto *x = static_cast<const char*>(call.x), *w = static_cast<const char*>(call.w);
  asm volatile("tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3" ::);
  const auto first_rows = [&](Index k) __attribute__((always_inline)) {
    const char *here = w + k * w_step / 2, *numbers = x + 2 * k;
    asm volatile("tileloadd (%0,%1,1), %%tmm6" ::"r"(here), "r"(w_step) : "memory");
    asm volatile("tileloadd (%0,%1,1), %%tmm4" ::"r"(numbers), "r"(x_step) : "memory");
    asm volatile("tdpbf16ps %%tmm6, %%tmm4, %%tmm0" ::);
    if (vectors == 1) return;
    asm volatile("tileloadd (%0,%1,1), %%tmm7" ::"r"(here + 64), "r"(w_step) : "memory");
    asm volatile("tdpbf16ps %%tmm7, %%tmm4, %%tmm1" ::);
  };
  const auto more_rows = [&](Index k) __attribute__((always_inline)) {
    const char* numbers = x + 16 * x_step + 2 * k;
    asm volatile("tileloadd (%0,%1,1), %%tmm5" ::"r"(numbers), "r"(x_step) : "memory");
    asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm2" ::);
    if (vectors > 1) asm volatile("tdpbf16ps %%tmm7, %%tmm5, %%tmm3" ::);
  };
  const auto next_step = [&](Index k) __attribute__((always_inline)) {
    const char *here = w + k * w_step / 2, *numbers = x + 2 * k;
    asm volatile("tileloadd (%0,%1,1), %%tmm6" ::"r"(here), "r"(w_step) : "memory");
    asm volatile("tileloadd (%0,%1,1), %%tmm5" ::"r"(numbers), "r"(x_step) : "memory");
    asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm2" ::);
    if (vectors == 1) return;
    asm volatile("tileloadd (%0,%1,1), %%tmm7" ::"r"(here + 64), "r"(w_step) : "memory");
    asm volatile("tdpbf16ps %%tmm7, %%tmm5, %%tmm3" ::);
  };
  Index k = 0;
  if (row_tiles > 1) {
    const Index rows_a_step = 1024 / (call.depth + 1) + 1;
    for (Index row = 0; k < call.depth; k += 32) {
      // What is written to y then is in the cache: each tile has lines of it to itself.
      for (const Index last = std::min(row + rows_a_step, call.rows); row < last; ++row)
        for (int v = 0; v < vectors; ++v)
          __builtin_prefetch(call.y + row * call.y_pitch + 16 * v, 1);
      first_rows(k), more_rows(k);
    }
  } else {
    for (; k + 32 < call.depth; k += 64) first_rows(k), next_step(k + 32);
    if (k < call.depth) first_rows(k);
  }
  alignas(64) float sums[2][16][16 * vectors];
  asm volatile("tilestored %%tmm0, (%0,%1,1)" ::"r"(&sums[0]), "r"(w_step) : "memory");
  asm volatile("tilestored %%tmm2, (%0,%1,1)" ::"r"(&sums[1]), "r"(w_step) : "memory");
  if (vectors > 1) {
    asm volatile("tilestored %%tmm1, (%0,%1,1)" ::"r"(&sums[0][0][16]), "r"(w_step) : "memory");
    asm volatile("tilestored %%tmm3, (%0,%1,1)" ::"r"(&sums[1][0][16]), "r"(w_step) : "memory");
  }
  Sums<float, 64, 1, vectors> row;
  TileCall<float> one = call;
  for (Index r = 0; r < call.rows; ++r, one.y += one.y_pitch) {
    row.begin(one);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      Lanes<float, 64> sum, other;
      load(sum, &sums[r / 16][r % 16][16 * v]);
      if (row_tiles == 1) {
        load(other, &sums[1][r][16 * v]);
        sum += other;
      }
      row.c[0][v] += sum;
    }
    row.end(one);
  }
}

}  // namespace tenon::detail
#endif
