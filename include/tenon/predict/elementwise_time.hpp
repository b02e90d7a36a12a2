// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A function of many elements, timed from a few of its tiles:
///   elementwise_time(task, chip, elementwise_tiling(task, chip)).task
#include <tenon/backend/ascend/vector/elementwise_core.hpp>
#include <tenon/backend/ascend/time/timing.hpp>

namespace tenon::detail {

/// Of a function of elements; after some tiles every tile takes as long as the one before it.
inline CoreTime elementwise_core_time(const AscendElementwise& t, const AscendChip& chip,
                                      const ElementwiseTiling& tiling, const AscendCosts& costs,
                                      Index n) {
  const auto of = [&](Index numbers) {
    return core_time(ElementwiseCore(t, chip, tiling).instructions(0, numbers), costs, chip);
  };
  const Index all = n / tiling.tile, some = 128;
  if (all <= 3 * some) return of(n);
  CoreTime time = of(2 * some * tiling.tile + n % tiling.tile), more = of(2 * some * tiling.tile);
  more.add(of(some * tiling.tile), -1);
  time.add(more, double(all - 2 * some) / double(some));
  return time;
}

inline AscendTime elementwise_time(const AscendElementwise& t, const AscendChip& chip,
                                   const ElementwiseTiling& tiling) {
  const Index grain = 256;
  const Index each = (t.n + tiling.cores * grain - 1) / (tiling.cores * grain) * grain;
  GmTraffic traffic;
  traffic.read_bytes = double(t.n) * double(t.operands() * bytes(t.element));
  traffic.written_bytes = double(t.n) * double(bytes(t.result));
  traffic.cores = double((t.n + each - 1) / each);
  put_misses(traffic, chip, traffic.read_bytes);
  const AscendCosts costs(chip, traffic);
  std::vector<CoresAlike> cores;
  if (t.n / each)
    cores.push_back({elementwise_core_time(t, chip, tiling, costs, each), double(t.n / each)});
  if (t.n % each) cores.push_back({elementwise_core_time(t, chip, tiling, costs, t.n % each), 1});
  return ascend_time(cores, chip, traffic);
}

}  // namespace tenon::detail
