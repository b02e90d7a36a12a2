// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What of a program's reads and writes goes to HBM, and what l2 answers:
///   GmTraffic traffic = gm_traffic(program, chip);  traffic.missed == 1: nothing is read twice
#include <algorithm>
#include <map>
#include <tuple>

#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/program/instruction.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

/// Shares of the bytes that cores read and write; HBM is shared by all of them at once.
struct GmTraffic {
  double read_bytes = 0, written_bytes = 0;
  double missed = 0;      // share of what is read that comes from HBM
  double written_on = 0;  // share of what is written that goes on to HBM
  double cores = 1;       // that read and write at once

  double hbm_bytes() const { return read_bytes * missed + written_bytes * written_on; }
};

constexpr bool reads_gm(const AscendInstruction& i) {
  return i.op == AscendOp::copy && i.a.buffer == AscendBuffer::gm;
}
constexpr bool writes_gm(const AscendInstruction& i) {
  return (i.op == AscendOp::copy || i.op == AscendOp::take_out) && i.to.buffer == AscendBuffer::gm;
}
/// Bytes that an instruction moves, as they lie in gm.
constexpr Index moved_bytes(const AscendInstruction& i) {
  return Index(i.m) * i.n * bytes(i.op == AscendOp::take_out ? i.into : i.from);
}

namespace detail {

/// What is read for the first time comes from HBM; of what is written l2 keeps a share of its size,
/// which goes on to HBM after the run.
inline void put_misses(GmTraffic& t, const AscendChip& chip, double distinct_read) {
  t.missed = t.read_bytes == 0 ? 0 : std::min(1.0, distinct_read / t.read_bytes);
  const double kept = chip.l2_keeps * std::min<double>(chip.l2, t.written_bytes);
  t.written_on = t.written_bytes == 0 ? 0 : 1 - kept / t.written_bytes;
}

}  // namespace detail

/// As after a run of the same: if l2 keeps all that was read and written, nothing comes from HBM.
inline GmTraffic warm(GmTraffic t, const AscendChip& chip) {
  if (t.read_bytes * t.missed + t.written_bytes <= chip.l2_keeps * chip.l2)
    t.missed = t.written_on = 0;
  return t;
}

/// Blocks that are read again by any core are found in l2.
inline GmTraffic gm_traffic(const AscendProgram& program, const AscendChip& chip) {
  GmTraffic t;
  t.cores = double(std::max<std::size_t>(1, program.cores.size()));
  std::map<std::tuple<Index, Index, Index>, bool> seen;
  double distinct = 0;
  for (const auto& core : program.cores)
    for (const AscendInstruction& i : core) {
      const double moved = double(moved_bytes(i));
      if (writes_gm(i)) t.written_bytes += moved;
      if (!reads_gm(i)) continue;
      t.read_bytes += moved;
      if (seen.try_emplace({i.a.offset, i.m, i.n}, true).second) distinct += moved;
    }
  detail::put_misses(t, chip, distinct);
  return t;
}

}  // namespace tenon
