// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cores that processes may run on, one bit each:  core_count(own_cores()) == 2 where the
/// process was started with `taskset -c 0,5`
#include <array>
#include <bit>
#include <cstdint>
#include <thread>
#ifdef __linux__
#include <sched.h>
#endif

namespace tenon {

using Cores = std::array<std::uint64_t, 16>;

/// This thread's affinity mask, as it is now; where the system has none, as many as there are.
inline Cores own_cores() {
  Cores cores{};
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (std::size_t i = 0; i < std::size_t(CPU_SETSIZE) && i < 64 * cores.size(); ++i)
      if (CPU_ISSET(i, &set)) cores[i / 64] |= std::uint64_t(1) << i % 64;
    return cores;
  }
#endif
  for (std::size_t i = 0; i < std::thread::hardware_concurrency() && i < 64 * cores.size(); ++i)
    cores[i / 64] |= std::uint64_t(1) << i % 64;
  return cores;
}

inline int core_count(const Cores& cores) {
  int n = 0;
  for (std::uint64_t word : cores) n += std::popcount(word);
  return n;
}

}  // namespace tenon
