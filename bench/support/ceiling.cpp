// SPDX-License-Identifier: Apache-2.0
#include "ceiling.hpp"

#include <atomic>
#include <thread>

#include "together.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace bench {
namespace {

/// A loop over registers: does `flops`, or a little more, and says how many.
using Work = double (*)(double flops);

#if defined(__x86_64__)

// Sixteen sums that do not wait for each other: more than latency times ports. The empty assembly
// keeps the compiler from seeing what is added.

__attribute__((target("avx2,fma"))) double fp32_avx2(double flops) {
  constexpr int sums = 12;  // of sixteen registers
  __m256 sum[sums], a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1);
  for (__m256& x : sum) x = _mm256_set1_ps(1);
  const long steps = long(flops / (sums * 16)) + 1;
  for (long i = 0; i < steps; ++i) {
    for (__m256& x : sum) x = _mm256_fmadd_ps(x, a, b);
    asm volatile("" : "+x"(a), "+x"(b));
  }
  for (__m256& x : sum) asm volatile("" ::"x"(x));
  return double(steps) * sums * 16;
}

__attribute__((target("avx512f"))) double fp32_avx512(double flops) {
  constexpr int sums = 16;
  __m512 sum[sums], a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(1);
  for (__m512& x : sum) x = _mm512_set1_ps(1);
  const long steps = long(flops / (sums * 32)) + 1;
  for (long i = 0; i < steps; ++i) {
    for (__m512& x : sum) x = _mm512_fmadd_ps(x, a, b);
    asm volatile("" : "+v"(a), "+v"(b));
  }
  for (__m512& x : sum) asm volatile("" ::"v"(x));
  return double(steps) * sums * 32;
}

__attribute__((target("avx512f,avx512bw,avx512bf16"))) double bf16_avx512(double flops) {
  constexpr int sums = 16;
  __m512 sum[sums];
  __m512i a = _mm512_set1_epi16(0x3f00), b = _mm512_set1_epi16(0x3e80);  // 0.5 and 0.25
  for (__m512& x : sum) x = _mm512_set1_ps(1);
  const long steps = long(flops / (sums * 64)) + 1;
  for (long i = 0; i < steps; ++i) {
    for (__m512& x : sum) x = _mm512_dpbf16_ps(x, (__m512bh)a, (__m512bh)b);
    asm volatile("" : "+v"(a), "+v"(b));
  }
  for (__m512& x : sum) asm volatile("" ::"v"(x));
  return double(steps) * sums * 64;
}

/// Tiles of 16 x 32 by 32 x 16: two of each, and their four products.
__attribute__((target("amx-tile,amx-bf16"))) double bf16_amx(double flops) {
  struct alignas(64) {
    unsigned char palette = 1, start = 0, reserved[14] = {};
    unsigned short bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } configuration;
  asm volatile("" ::"r"(&configuration) : "memory");  // g++ 12 sees no more than 8 bytes read
  _tile_loadconfig(&configuration);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  constexpr double step = 4 * 2 * 16 * 16 * 32;
  const long steps = long(flops / step) + 1;
  for (long i = 0; i < steps; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
  return double(steps) * step;
}

/// Linux gives a process the tiles when it asks.
bool has_amx() {
  unsigned a = 7, b = 0, c = 0, d = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  constexpr unsigned bf16 = 1u << 22, tile = 1u << 24;
  constexpr long request_permission = 0x1023, tile_data = 18;
  return (d & bf16) && (d & tile) && ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
bool has_avx512_bf16() {
  unsigned a = 7, b = 0, c = 1, d = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return __builtin_cpu_supports("avx512bw") && (a & (1u << 5));
}

std::vector<std::pair<std::string, Work>> works(const std::string& dtype) {
  std::vector<std::pair<std::string, Work>> found;
  if (dtype == "bf16") {
    if (has_amx()) found.emplace_back("limit AMX bf16", bf16_amx);
    if (has_avx512_bf16()) found.emplace_back("limit AVX-512 bf16", bf16_avx512);
    return found;
  }
  if (__builtin_cpu_supports("avx512f")) found.emplace_back("limit AVX-512 fp32", fp32_avx512);
  else if (__builtin_cpu_supports("fma")) found.emplace_back("limit AVX2 fp32", fp32_avx2);
  return found;
}

#else
std::vector<std::pair<std::string, Work>> works(const std::string&) { return {}; }
#endif

/// Seconds in which `threads` that run at once do `flops` together, at the throughput of a batch.
double seconds(Work work, double flops, int threads) {
  constexpr double of_a_batch = 5e7;  // each: some 0.2 ms
  std::atomic<int> ready{0};
  std::vector<double> rates(static_cast<std::size_t>(threads));
  const auto run = [&](int thread) {
    work(of_a_batch / 10);  // a core's clock changes when wide instructions begin
    ++ready;
    while (ready < threads) std::this_thread::yield();
    const double start = now(), done = work(of_a_batch);
    rates[std::size_t(thread)] = done / (now() - start);
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& other : others) other.join();
  double rate = 0;
  for (const double one : rates) rate += one;
  return flops / rate;
}

}  // namespace

std::vector<Contender> limits(double flops, const std::string& dtype, int threads) {
  std::vector<Contender> found;
  for (const auto& [name, work] : works(dtype))
    found.push_back({name, nullptr, [work = work, flops, threads](long runs) {
                       return seconds(work, flops, threads) * double(runs);
                     }});
  return found;
}

}  // namespace bench
