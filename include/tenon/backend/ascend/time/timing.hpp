// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How long a program takes on a chip:
///   AscendTime time = ascend_time(program, chip);  time.task > time.mean_core
#include <span>

#include <tenon/backend/ascend/time/core_timing.hpp>

namespace tenon {

/// Of all cores; times in microseconds.
struct AscendTime {
  double task = 0, core = 0, mean_core = 0;  // with the launch; the slowest; as profilers print
  std::array<double, ascend_pipes> mean_busy{}, most_busy{};
  double macs = 0, read_bytes = 0, written_bytes = 0, hbm_bytes = 0, l1_to_l0_bytes = 0;
  double instructions = 0, cores = 0;
};

/// Some cores that do the same.
struct CoresAlike {
  CoreTime time;
  double count = 1;
};

inline AscendTime ascend_time(std::span<const CoresAlike> cores, const AscendChip& chip,
                              const GmTraffic& traffic) {
  AscendTime all;
  CoreTime sum;
  double slowest = 0;
  for (const CoresAlike& alike : cores) {
    sum.add(alike.time, alike.count);
    all.cores += alike.count;
    slowest = std::max(slowest, alike.time.cycles);
    for (std::size_t p = 0; p < all.most_busy.size(); ++p)
      all.most_busy[p] = std::max(all.most_busy[p], chip.seconds(alike.time.busy[p]) * 1e6);
  }
  if (all.cores == 0) return all;
  all.core = chip.seconds(slowest) * 1e6;
  // A kernel of the cube has more of its own to read before it begins.
  all.task = all.core + (sum.macs > 0 ? chip.cube_launch : chip.launch);
  all.mean_core = chip.seconds(sum.cycles / all.cores) * 1e6;
  for (std::size_t p = 0; p < all.mean_busy.size(); ++p)
    all.mean_busy[p] = chip.seconds(sum.busy[p] / all.cores) * 1e6;
  all.macs = sum.macs;
  all.read_bytes = sum.read_bytes;
  all.written_bytes = sum.written_bytes;
  all.l1_to_l0_bytes = sum.l1_to_l0_bytes;
  all.instructions = sum.instructions;
  all.hbm_bytes = sum.read_bytes * traffic.missed + sum.written_bytes * traffic.written_on;
  return all;
}

/// Of the whole program, instruction by instruction.
inline AscendTime ascend_time(const AscendProgram& program, const AscendChip& chip,
                              const GmTraffic& traffic) {
  const AscendCosts costs(chip, traffic);
  std::vector<CoresAlike> cores;
  for (const auto& core : program.cores) cores.push_back({core_time(core, costs, chip), 1});
  return ascend_time(cores, chip, traffic);
}
inline AscendTime ascend_time(const AscendProgram& program, const AscendChip& chip) {
  return ascend_time(program, chip, gm_traffic(program, chip));
}

}  // namespace tenon
