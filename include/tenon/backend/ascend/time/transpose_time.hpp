// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A transposition, timed from a few of its tiles:  transpose_time(task, chip).task
#include <tenon/backend/ascend/time/timing.hpp>
#include <tenon/backend/ascend/vector/transpose_program.hpp>

namespace tenon {

inline AscendTime transpose_time(const AscendTranspose& task, const AscendChip& chip) {
  const AscendTranspose t = task.placed();
  const Index all = detail::TransposeCore(t, chip).tiles(), most = chip.vector_cores.whole();
  const Index each = (all + most - 1) / most, cores = (all + each - 1) / each, some = 64;
  GmTraffic traffic;
  traffic.read_bytes = traffic.written_bytes = double(t.numbers() * bytes(t.element));
  traffic.cores = double(cores);
  detail::put_misses(traffic, chip, traffic.read_bytes);
  const AscendCosts costs(chip, traffic);
  const auto of = [&](Index tiles) {
    return core_time(detail::TransposeCore(t, chip).instructions(0, tiles), costs, chip);
  };
  CoreTime time = of(std::min(each, 2 * some));
  if (each > 2 * some) {
    CoreTime more = time;
    more.add(of(some), -1);
    time.add(more, double(each - 2 * some) / double(some));
  }
  std::vector<CoresAlike> alike{{time, double(all / each)}};
  if (all % each) alike.push_back({of(std::min(all % each, 2 * some)), 1});
  return ascend_time(alike, chip, traffic);
}

}  // namespace tenon
