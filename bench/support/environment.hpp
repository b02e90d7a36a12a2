// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The peers' best settings, which their libraries read before main:
///   int main(int argc, char** argv) { use_best_settings(argv); ...
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace bench {

inline bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

/// Starts the program again with what is not set yet; before MPI_Init.
inline void use_best_settings(char** argv) {
  bool changed = false;
  const auto set = [&](const char* name, const char* value) {
    if (std::getenv(name)) return;
    ::setenv(name, value, 0);
    changed = true;
  };
  // OpenBLAS takes newer processors for a Haswell, and does not use their AVX-512.
  if (has_avx512()) set("OPENBLAS_CORETYPE", "SkylakeX");
  // Workers that wait spin for some 0.5 ms and then sleep, instead of some 30 ms in which they
  // would disturb the next contender; in a batch they never wait so long.
  set("OPENBLAS_THREAD_TIMEOUT", "20");
  set("GOMP_SPINCOUNT", "20000");
  if (!changed) return;
  ::execv("/proc/self/exe", argv);
  std::perror("bench: cannot start again with the peers' settings");
}

}  // namespace bench
