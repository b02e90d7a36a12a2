// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a core's instructions come to:  time.cycles, time.busy[int(AscendPipe::mte2)], time.macs
#include <array>

#include <tenon/backend/ascend/time/gm_traffic.hpp>

namespace tenon {

/// Of one core, in cycles.
struct CoreTime {
  double cycles = 0;
  std::array<double, ascend_pipes> busy{};
  double macs = 0, read_bytes = 0, written_bytes = 0, l1_to_l0_bytes = 0, instructions = 0;

  /// + times * x, in all but name.
  void add(const CoreTime& x, double times) {
    cycles += times * x.cycles;
    for (std::size_t p = 0; p < busy.size(); ++p) busy[p] += times * x.busy[p];
    macs += times * x.macs;
    read_bytes += times * x.read_bytes;
    written_bytes += times * x.written_bytes;
    l1_to_l0_bytes += times * x.l1_to_l0_bytes;
    instructions += times * x.instructions;
  }
};

namespace detail {

inline void count(CoreTime& time, const AscendInstruction& i) {
  time.instructions += 1;
  if (reads_gm(i)) time.read_bytes += double(moved_bytes(i));
  if (writes_gm(i)) time.written_bytes += double(moved_bytes(i));
  if (i.op == AscendOp::mmad) time.macs += double(i.m) * i.n * i.k;
  if (i.op == AscendOp::load && i.k)
    time.l1_to_l0_bytes += double(std::max(i.m, i.n)) * i.k * double(bytes(i.from));
}

}  // namespace detail
}  // namespace tenon
