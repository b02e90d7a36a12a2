// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one vector core does of a function of elements: the next tile comes while one is computed
/// and the one before leaves.
///   ElementwiseCore(task, chip, tiling).instructions(0, 1000)
#include <tenon/backend/ascend/program/program_writer.hpp>
#include <tenon/backend/ascend/vector/elementwise_tiling.hpp>

namespace tenon::detail {

class ElementwiseCore {
 public:
  ElementwiseCore(const AscendElementwise& task, const AscendChip& chip,
                  const ElementwiseTiling& tiling)
      : t_(task), tile_(tiling.tile), pads_(chip.nd_to_nz != 0) {
    in_.buffers = out_.buffers = tiling.buffers;
    const Index slot = t_.operands() * bytes(t_.element) * tile_;
    out_at_ = tiling.buffers * slot;
    work_at_ = out_at_ + tiling.buffers * bytes(t_.result) * tile_;
    converts_ = t_.work != t_.element || t_.work != t_.result;
  }

  /// Numbers `first` to `last`.
  std::vector<AscendInstruction> instructions(Index first, Index last) {
    in_.open(w_);
    out_.open(w_);
    copy_in(first, last);
    for (Index at = first; at < last; at += tile_) {
      if (in_.buffers > 1) copy_in(at + tile_, last);
      compute(at, std::min(tile_, last - at));
      if (in_.buffers == 1) copy_in(at + tile_, last);
    }
    in_.close(w_);
    out_.close(w_);
    return std::move(w_.instructions);
  }

 private:
  Index operand(Index which, Index slot) const {
    return (slot * t_.operands() + which) * bytes(t_.element) * tile_;
  }

  /// On chips that copy whole blocks of 32 bytes alone, what fills the last one of any type.
  Index whole_blocks(Index n) const { return pads_ ? n : (n + 31) / 32 * 32; }

  AscendInstruction copy(AscendPipe pipe, Element element, Index n) const {
    AscendInstruction i{.op = AscendOp::copy, .pipe = pipe};
    i.from = i.into = element;
    i.m = 1;
    i.n = std::int32_t(whole_blocks(n));
    return i;
  }

  void copy_in(Index at, Index last) {
    if (at >= last) return;
    in_.fill(w_);
    for (Index which = 0; which < t_.operands(); ++which) {
      AscendInstruction i = copy(AscendPipe::mte2, t_.element, std::min(tile_, last - at));
      i.a = {AscendBuffer::gm, (which ? t_.b : t_.a) + at * bytes(t_.element)};
      i.to = {AscendBuffer::ub, operand(which, in_.to_fill())};
      w_.add(i);
    }
    in_.filled(w_);
  }

  /// Converts where `from` and `into` differ.
  void calculate(ElementwiseStep step, Element from, Element into, Index a, Index b, Index to,
                 Index n) {
    AscendInstruction i{
        .op = AscendOp::calculate, .pipe = AscendPipe::vector, .function = step.function};
    i.from = from;
    i.into = into;
    i.a = {AscendBuffer::ub, a};
    i.b = {AscendBuffer::ub, b};
    i.to = {AscendBuffer::ub, to};
    i.m = 1;
    i.n = std::int32_t(whole_blocks(n));
    i.scalar = step.scalar;
    w_.add(i);
    w_.barrier(AscendPipe::vector);
  }

  void compute(Index at, Index n) {
    const ElementwiseStep convert{AscendFunction::convert};
    Index a = operand(0, in_.to_use()), b = operand(1, in_.to_use());
    const Index result = out_at_ + out_.to_fill() * bytes(t_.result) * tile_;
    in_.use(w_);
    out_.fill(w_);
    Index to = result;
    if (converts_) {
      to = work_at_;
      const Index second = work_at_ + bytes(t_.work) * tile_;
      const auto bring = [&](Index& x, Index place) {
        if (t_.work == t_.element) return;
        calculate(convert, t_.element, t_.work, x, x, place, n);
        x = place;
      };
      bring(a, to);
      if (t_.reads_b()) bring(b, second);
    }
    for (const ElementwiseStep& step : t_.steps) {
      calculate(step, t_.work, t_.work, a, takes_two(step.function) ? b : a, to, n);
      a = to;
    }
    if (converts_)
      calculate(t_.work == t_.result ? ElementwiseStep{} : convert, t_.work, t_.result, to, to,
                result, n);
    in_.used(w_);
    out_.filled(w_);
    out_.use(w_);
    AscendInstruction i = copy(AscendPipe::mte3, t_.result, n);
    i.a = {AscendBuffer::ub, result};
    i.to = {AscendBuffer::gm, t_.y + at * bytes(t_.result)};
    w_.add(i);
    out_.used(w_);
  }

  AscendElementwise t_;
  Index tile_;
  bool pads_, converts_ = false;
  Index out_at_ = 0, work_at_ = 0;
  ProgramWriter w_;
  BufferRing in_{AscendPipe::mte2, AscendPipe::vector, 0, 2};
  BufferRing out_{AscendPipe::vector, AscendPipe::mte3, 0, 2};
};

}  // namespace tenon::detail
