// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes one core's instructions:  writer.set(mte2, mte1, 0); ... writer.wait(mte2, mte1, 0);
#include <tenon/backend/ascend/program/instruction.hpp>

namespace tenon::detail {

struct ProgramWriter {
  std::vector<AscendInstruction> instructions;

  void add(const AscendInstruction& instruction) { instructions.push_back(instruction); }

  /// `pipe` ends what was written for it before it begins what comes.
  void barrier(AscendPipe pipe) { add({.op = AscendOp::barrier, .pipe = pipe}); }
  /// `pipe` tells `peer` that it has done all that was written before.
  void set(AscendPipe pipe, AscendPipe peer, Index event) {
    add({.op = AscendOp::set_flag, .pipe = pipe, .peer = peer, .event = std::uint8_t(event)});
  }
  /// `peer` waits for what `pipe` set.
  void wait(AscendPipe pipe, AscendPipe peer, Index event) {
    add({.op = AscendOp::wait_flag, .pipe = peer, .peer = pipe, .event = std::uint8_t(event)});
  }
};

/// Buffers of one kind, used in turn: `from` fills one when `to` has left it, and says so.
///   ring.fill(w); ... ring.filled(w); ring.use(w); ... ring.used(w);
struct BufferRing {
  AscendPipe from, to;
  Index first_event, buffers;
  Index filling = 0, using_it = 0;  // how many were so far

  Index to_fill() const { return filling % buffers; }
  Index to_use() const { return using_it % buffers; }
  /// Before all else: every buffer is free.
  void open(ProgramWriter& w) const {
    for (Index i = 0; i < buffers; ++i) w.set(to, from, first_event + i);
  }
  void fill(ProgramWriter& w) const { w.wait(to, from, first_event + to_fill()); }
  void filled(ProgramWriter& w) {
    w.set(from, to, first_event + to_fill());
    ++filling;
  }
  void use(ProgramWriter& w) const { w.wait(from, to, first_event + to_use()); }
  void used(ProgramWriter& w) {
    w.set(to, from, first_event + to_use());
    ++using_it;
  }
  /// After all else: no flag is left set.
  void close(ProgramWriter& w) const {
    for (Index i = 0; i < buffers; ++i) w.wait(to, from, first_event + i);
  }
};

}  // namespace tenon::detail
