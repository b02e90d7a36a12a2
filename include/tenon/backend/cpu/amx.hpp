// SPDX-License-Identifier: Apache-2.0
#pragma once
/// AMX: registers that are tiles of 16 rows of 64 bytes. One instruction multiplies 16 x 32 numbers of
/// x by 32 x 16 of w, all bfloat16, and adds to 16 x 16 floats; 32 x 32 of y are made at once.
/// Panels of pairs are tiles of w as they are; rows that a product lacks are zeros of the copied x.
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tenon/backend/cpu/register_tile.hpp>

namespace tenon::detail {

/// Whether the processor has it and the system grants it to this process, which is asked here.
inline bool amx_is_granted() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned bf16 = 1u << 22, tiles = 1u << 24;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & bf16) || !(d & tiles)) return false;
#ifdef SYS_arch_prctl
  constexpr long request = 0x1023, tile_data = 18;  // of <asm/prctl.h>, from Linux 5.16 on
  return ::syscall(SYS_arch_prctl, request, tile_data) == 0;
#else
  return false;
#endif
}

/// All tiles whole, for as long as it lives; what the caller had configured comes back.
class AmxTiles {
 public:
  [[gnu::target("amx-tile")]] AmxTiles() {
    asm volatile("sttilecfg %0" : "=m"(before_));
    Configuration whole{};
    whole.palette = 1;
    for (int i = 0; i < 8; ++i) whole.row_bytes[i] = 64, whole.rows[i] = 16;
    asm volatile("ldtilecfg %0" ::"m"(whole));
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

/// Tiles 0 to 3 are sums, 4 and 5 of x, 6 and 7 of w.
/// @pre x: zeros up to whole tiles; an AmxTiles lives
template <int row_tiles, int vectors>
[[gnu::target("amx-tile,amx-bf16,avx512f,avx512vl,avx512bw,avx512dq,fma")]] void amx_tile(
    const TileCall<float>& call) {
  const Index x_step = call.x_pitch * 2, w_step = vectors * 64;
  const auto *x = static_cast<const char*>(call.x), *w = static_cast<const char*>(call.w);
  const char* lower = x + 16 * x_step;
  asm volatile("tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3" ::);
  for (Index k = call.depth; k > 0; k -= 32, x += 64, lower += 64, w += 16 * w_step) {
    asm volatile("tileloadd (%0,%1,1), %%tmm6" ::"r"(w), "r"(w_step) : "memory");
    asm volatile("tileloadd (%0,%1,1), %%tmm4" ::"r"(x), "r"(x_step) : "memory");
    asm volatile("tdpbf16ps %%tmm6, %%tmm4, %%tmm0" ::);
    if (vectors > 1) {
      asm volatile("tileloadd (%0,%1,1), %%tmm7" ::"r"(w + 64), "r"(w_step) : "memory");
      asm volatile("tdpbf16ps %%tmm7, %%tmm4, %%tmm1" ::);
    }
    if (row_tiles > 1) {
      asm volatile("tileloadd (%0,%1,1), %%tmm5" ::"r"(lower), "r"(x_step) : "memory");
      asm volatile("tdpbf16ps %%tmm6, %%tmm5, %%tmm2" ::);
      if (vectors > 1) asm volatile("tdpbf16ps %%tmm7, %%tmm5, %%tmm3" ::);
    }
  }
  alignas(64) float sums[16 * row_tiles][16 * vectors];
  const auto keep = [&](Index r, int v) { return &sums[16 * r][16 * v]; };
  asm volatile("tilestored %%tmm0, (%0,%1,1)" ::"r"(keep(0, 0)), "r"(w_step) : "memory");
  if (vectors > 1)
    asm volatile("tilestored %%tmm1, (%0,%1,1)" ::"r"(keep(0, 1)), "r"(w_step) : "memory");
  if (row_tiles > 1)
    asm volatile("tilestored %%tmm2, (%0,%1,1)" ::"r"(keep(1, 0)), "r"(w_step) : "memory");
  if (row_tiles > 1 && vectors > 1)
    asm volatile("tilestored %%tmm3, (%0,%1,1)" ::"r"(keep(1, 1)), "r"(w_step) : "memory");
  Sums<float, 64, 1, vectors> row;
  TileCall<float> one = call;
  for (Index r = 0; r < call.rows; ++r, one.y += one.y_pitch) {
    row.begin(one);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      Lanes<float, 64> sum;
      load(sum, &sums[r][16 * v]);
      row.c[0][v] += sum;
    }
    row.end(one);
  }
}

}  // namespace tenon::detail
#endif
