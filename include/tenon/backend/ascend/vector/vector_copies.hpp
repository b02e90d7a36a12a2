// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a tile's operands come to ub and its result leaves:
///   VectorCopies(task, chip, registers).in(writer, visit, 0, 0)
#include <tenon/backend/ascend/program/program_writer.hpp>
#include <tenon/backend/ascend/vector/vector_visits.hpp>

namespace tenon::detail {

class VectorCopies {
 public:
  VectorCopies(const AscendVector& t, const AscendChip& chip, const VectorRegisters& registers)
      : t_(t), r_(registers), whole_blocks_(chip.nd_to_nz == 0) {}

  /// Numbers that are moved, and computed with: on chips that copy whole blocks of 32 bytes alone,
  /// what fills the last one of any type.
  Index moved(Index n) const { return whole_blocks_ ? up_to_block(n) : n; }

  void in(ProgramWriter& w, const VectorVisit& v, int operand, Index buffer) const {
    const VectorOperand& x = t_.operands[std::size_t(operand)];
    AscendInstruction i = rows(v, x.extent, t_.element, AscendPipe::mte2);
    i.a = {AscendBuffer::gm, x.place + place(v, x.extent) * bytes(t_.element)};
    i.to = {AscendBuffer::ub, r_.operand(operand, buffer)};
    i.stride_from = gm_stride(i);
    i.stride_to = ub_stride(i);
    w.add(i);
  }
  void out(ProgramWriter& w, const VectorVisit& v, Index buffer) const {
    const VectorExtent extent = t_.result_extent();
    AscendInstruction i = rows(v, extent, t_.result, AscendPipe::mte3);
    i.a = {AscendBuffer::ub, r_.result(buffer)};
    i.to = {AscendBuffer::gm, t_.y + place(v, extent) * bytes(t_.result)};
    i.stride_from = ub_stride(i);
    i.stride_to = gm_stride(i);
    w.add(i);
  }

 private:
  /// The first number in gm.
  Index place(const VectorVisit& v, VectorExtent extent) const {
    if (extent == VectorExtent::along) return v.from;
    if (extent == VectorExtent::line) return t_.down ? v.batch * t_.row_pitch() + v.line : v.line;
    return t_.down ? (v.batch * t_.rows + v.from) * t_.row_pitch() + v.line
                   : v.line * t_.row_pitch() + v.from;
  }
  AscendInstruction rows(const VectorVisit& v, VectorExtent extent, Element e,
                         AscendPipe pipe) const {
    AscendInstruction i{.op = AscendOp::copy, .pipe = pipe};
    i.from = i.into = e;
    const Index across = extent == VectorExtent::line                ? v.lines
                         : extent == VectorExtent::along || !t_.down ? v.count
                                                                     : v.lines;
    i.m = extent == VectorExtent::whole ? std::int32_t(t_.down ? v.count : v.lines) : 1;
    i.n = std::int32_t(moved(across));
    return i;
  }
  /// Rows that lie without gaps on both sides are one.
  Index gm_stride(const AscendInstruction& i) const { return i.m > 1 ? t_.row_pitch() : 0; }
  Index ub_stride(const AscendInstruction& i) const { return i.m > 1 ? r_.pitch() : 0; }

  AscendVector t_;
  VectorRegisters r_;
  bool whole_blocks_;
};

}  // namespace tenon::detail
