// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one core does of a MatMul: copies into l1 run ahead of loads into l0, these of the cube,
/// and it of the way out.
///   MatMulCore(task, chip, tiling, {0, 0, 128, 256}).instructions()
#include <tenon/backend/ascend/matmul/matmul_bias.hpp>
#include <tenon/backend/ascend/matmul/matmul_exit.hpp>
#include <tenon/backend/ascend/matmul/matmul_operand.hpp>

namespace tenon::detail {

class MatMulCore {
 public:
  MatMulCore(const AscendMatMul& task, const AscendChip& chip, const MatMulTiling& tiling,
             const MatMulPiece& piece)
      : s_(task, tiling, piece),
        a_(s_, true),
        b_(s_, false),
        bias_(s_, chip),
        exit_(task, chip, tiling) {
    l0_.buffers = tiling.l0_buffers;
    sums_.buffers = tiling.l0c_buffers;
    sums_.to = exit_.pipe();
  }

  std::vector<AscendInstruction> instructions() {
    each_open([&](const auto& part) { part.open(w_); });
    for (Index step = 0; step < s_.all; ++step) {
      copy_ahead(step);
      bias_.load(w_, step);
      multiply(step);
    }
    each_open([&](const auto& part) { part.close(w_); });
    return std::move(w_.instructions);
  }

 private:
  void each_open(auto&& action) const {
    action(a_);
    action(b_);
    action(bias_);
    action(l0_);
    action(sums_);
    action(exit_);
  }

  /// What `step` needs, and where l1 is double what comes behind it, in the order of first use.
  void copy_ahead(Index step) {
    const bool ahead = s_.tiling.l1_buffers > 1;
    const auto due = [&](const MatMulOperand& x, Index copied) {
      return copied < s_.all && copied <= (ahead ? x.next(step) : step);
    };
    for (;;) {
      const bool a = due(a_, copied_a_), b = due(b_, copied_b_);
      if (a && (!b || copied_a_ <= copied_b_)) {
        bias_.copy_in(w_, copied_a_);
        a_.copy_in(w_, copied_a_);
        copied_a_ = a_.next(copied_a_);
      } else if (b) {
        b_.copy_in(w_, copied_b_);
        copied_b_ = b_.next(copied_b_);
      } else {
        return;
      }
    }
  }

  void multiply(Index step) {
    const auto x = s_.block(step);
    AscendInstruction mmad{.op = AscendOp::mmad, .pipe = AscendPipe::cube};
    mmad.from = s_.task.element;
    mmad.into = s_.task.sum();
    mmad.a = {AscendBuffer::l0a, l0_.to_fill() * s_.l0_a()};
    mmad.b = {AscendBuffer::l0b, l0_.to_fill() * s_.l0_b()};
    mmad.to = {AscendBuffer::l0c, sums_.to_fill() * s_.tiling.base_m * s_.tiling.base_n * 4};
    mmad.bias = {AscendBuffer::bt, 0};
    mmad.biased = s_.first(step) && bias_.here();
    mmad.accumulates = !s_.first(step);
    mmad.m = std::int32_t(x.rows);
    mmad.n = std::int32_t(x.columns);
    mmad.k = std::int32_t(x.depth);

    l0_.fill(w_);
    a_.load(w_, step, mmad.a.offset);
    b_.load(w_, step, mmad.b.offset);
    a_.leave(w_, step);
    b_.leave(w_, step);
    l0_.filled(w_);
    if (s_.first(step)) sums_.fill(w_);
    bias_.use(w_, step);
    l0_.use(w_);
    w_.add(mmad);
    l0_.used(w_);
    bias_.used(w_, step);
    if (!s_.last(step)) return;
    sums_.filled(w_);
    sums_.use(w_);
    exit_.take_out(w_, {x.m, x.n, x.rows, x.columns}, mmad.to);
    sums_.used(w_);
  }

  MatMulSteps s_;
  MatMulOperand a_, b_;
  MatMulBias bias_;
  MatMulExit exit_;
  ProgramWriter w_;
  Index copied_a_ = 0, copied_b_ = 0;  // the first step whose copy is not written yet
  BufferRing l0_{AscendPipe::mte1, AscendPipe::cube, 0, 2};
  BufferRing sums_{AscendPipe::cube, AscendPipe::fix, 0, 1};
};

}  // namespace tenon::detail
