// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a tile's bias comes to the cube of a 910B: gm -> l1 -> bt, from where mmad begins its sums.
///   bias.copy_in(writer, step);  bias.load(writer, step)
#include <tenon/backend/ascend/matmul/matmul_steps.hpp>
#include <tenon/backend/ascend/program/program_writer.hpp>

namespace tenon::detail {

class MatMulBias {
 public:
  MatMulBias(const MatMulSteps& steps, const AscendChip& chip)
      : s_(steps), here_(s_.task.has_bias && chip.bt > 0) {
    const Index count = s_.tiling.l1_buffers;
    in_l1_.first_event = 2 * count;
    in_l1_.buffers = count;
    each_ = l1_bias_bytes(s_.task, chip, s_.tiling.base_n);
    table_.first_event = s_.tiling.l0_buffers;
    at_ = count * (s_.l1_a() + s_.l1_b());
  }

  bool here() const { return here_; }
  void open(ProgramWriter& w) const {
    if (!here_) return;
    in_l1_.open(w);
    table_.open(w);
  }
  void close(ProgramWriter& w) const {
    if (!here_) return;
    in_l1_.close(w);
    table_.close(w);
  }

  void copy_in(ProgramWriter& w, Index step) {
    if (!here_ || !s_.first(step)) return;
    const Element element = s_.task.bias_element;
    in_l1_.fill(w);
    AscendInstruction copy{.op = AscendOp::copy, .pipe = AscendPipe::mte2};
    copy.from = copy.into = element;
    copy.to = {AscendBuffer::l1, at_ + in_l1_.to_fill() * each_};
    copy.a = {AscendBuffer::gm, s_.task.bias + s_.block(step).n * bytes(element)};
    copy.m = 1;
    copy.n = std::int32_t(s_.block(step).columns);
    w.add(copy);
    in_l1_.filled(w);
  }

  void load(ProgramWriter& w, Index step) {
    if (!here_ || !s_.first(step)) return;
    table_.fill(w);
    in_l1_.use(w);
    AscendInstruction load{.op = AscendOp::load, .pipe = AscendPipe::mte1};
    load.from = s_.task.bias_element;
    load.into = s_.task.sum();
    load.to = {AscendBuffer::bt, 0};
    load.a = {AscendBuffer::l1, at_ + in_l1_.to_use() * each_};
    load.m = 1;
    load.n = std::int32_t(s_.block(step).columns);
    w.add(load);
    in_l1_.used(w);
    table_.filled(w);
  }

  /// Around the mmad that reads it.
  void use(ProgramWriter& w, Index step) const {
    if (here_ && s_.first(step)) table_.use(w);
  }
  void used(ProgramWriter& w, Index step) {
    if (here_ && s_.first(step)) table_.used(w);
  }

 private:
  MatMulSteps s_;
  bool here_;
  Index at_ = 0, each_ = 0;
  BufferRing in_l1_{AscendPipe::mte2, AscendPipe::mte1, 4, 1};
  BufferRing table_{AscendPipe::mte1, AscendPipe::cube, 2, 1};
};

}  // namespace tenon::detail
