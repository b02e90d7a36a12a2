// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How A or B comes to a core's cube: gm -> l1, `depth` steps at once, -> l0.
///   a.copy_in(writer, step) where a copy begins;  a.load(writer, step, to)
#include <tenon/backend/ascend/matmul/matmul_steps.hpp>
#include <tenon/backend/ascend/program/program_writer.hpp>

namespace tenon::detail {

class MatMulOperand {
 public:
  MatMulOperand(const MatMulSteps& steps, bool is_a) : s_(steps), is_a_(is_a) {
    const Index count = s_.tiling.l1_buffers;
    ring_ = {AscendPipe::mte2, AscendPipe::mte1, is_a ? 0 : count, count};
    per_copy_ = is_a ? s_.tiling.step_ka : s_.tiling.step_kb;
    l1_bytes_ = is_a ? s_.l1_a() : s_.l1_b();
    l1_at_ = is_a ? 0 : count * s_.l1_a();
    transposes_ = is_a ? s_.task.transpose_a : s_.task.transpose_b;
    matrix_ = is_a ? s_.task.a_matrix() : s_.task.b_matrix();
    gm_ = is_a ? s_.task.a : s_.task.b;
  }

  void open(ProgramWriter& w) const { ring_.open(w); }
  void close(ProgramWriter& w) const { ring_.close(w); }

  /// The first step behind those that the copy with `step` serves.
  Index next(Index step) const {
    const Index in_tile = step % s_.of_tile;
    return step - in_tile + std::min((in_tile / per_copy_ + 1) * per_copy_, s_.of_tile);
  }

  /// What `step` is the first to need, into l1.
  void copy_in(ProgramWriter& w, Index step) {
    const Source x = source(step, 0);
    const Index each = bytes(s_.task.element);
    ring_.fill(w);
    AscendInstruction copy{.op = AscendOp::copy, .pipe = AscendPipe::mte2};
    copy.from = copy.into = s_.task.element;
    copy.to = {AscendBuffer::l1, l1_at_ + ring_.to_fill() * l1_bytes_};
    copy.a = {AscendBuffer::gm, gm_ + matrix_.offset(x.row, x.column) * each};
    if (matrix_.format == AscendFormat::nd) {
      copy.to_format = AscendFormat::nz;
      copy.m = std::int32_t(x.rows);
      copy.n = std::int32_t(x.columns);
      copy.stride_from = matrix_.columns;
    } else {  // whole columns of fractals, as they lie
      copy.m = std::int32_t(parts_of(x.columns, matrix_.width));
      copy.n = std::int32_t(up_to(x.rows, 16) * matrix_.width);
      copy.stride_from = up_to(matrix_.rows, 16) * matrix_.width;
    }
    if (is_a_ && s_.task.window > 1) {
      auto& rows = matrix_.format == AscendFormat::nd ? copy.m : copy.n;
      rows = std::int32_t(up_to(parts_of(rows, s_.task.window), 16));
    }
    w.add(copy);
    ring_.filled(w);
  }

  /// The step's part, to l0 at `to`.
  void load(ProgramWriter& w, Index step, Index to) {
    const Index in_copy = step % s_.of_tile % per_copy_;
    if (in_copy == 0) ring_.use(w);
    const auto b = s_.block(step);
    const Source x = source(step - in_copy, in_copy);
    const Index width = s_.task.width(), tall = up_to(x.rows, 16);
    AscendInstruction load{.op = AscendOp::load, .pipe = AscendPipe::mte1};
    load.from = load.into = s_.task.element;
    load.from_format = AscendFormat::nz;
    load.to_format = is_a_ ? AscendFormat::zz : AscendFormat::zn;
    load.transposes = transposes_;
    load.image = s_.tiling.l1_buffers > 1;
    load.to = {is_a_ ? AscendBuffer::l0a : AscendBuffer::l0b, to};
    const Index first = (x.across / width * tall + x.down) * width;
    load.a = {AscendBuffer::l1,
              l1_at_ + ring_.to_use() * l1_bytes_ + first * bytes(s_.task.element)};
    load.stride_from = tall * width;
    load.m = is_a_ ? std::int32_t(b.rows) : 0;
    load.n = is_a_ ? 0 : std::int32_t(b.columns);
    load.k = std::int32_t(b.depth);
    w.add(load);
  }
  /// After the step's loads: what no later step reads may be overwritten.
  void leave(ProgramWriter& w, Index step) {
    if (s_.last(step) || step % s_.of_tile % per_copy_ == per_copy_ - 1) ring_.used(w);
  }

 private:
  /// What a copy that begins at `step` brings, and where in it the step `in_copy` begins.
  struct Source {
    Index row, column, rows, columns, down, across;
  };
  Source source(Index step, Index in_copy) const {
    const auto b = s_.block(step);
    const Index deep = std::min(s_.tiling.base_k * per_copy_, s_.task.k - b.k);
    const Index at = is_a_ ? b.m : b.n, wide = is_a_ ? b.rows : b.columns;
    const Index inside = in_copy * s_.tiling.base_k;
    if (is_a_ != transposes_) return {at, b.k, wide, deep, 0, inside};
    return {b.k, at, deep, wide, inside, 0};
  }

  MatMulSteps s_;
  bool is_a_, transposes_ = false;
  BufferRing ring_{};
  MatrixFormat matrix_;
  Index per_copy_ = 1, l1_bytes_ = 0, l1_at_ = 0, gm_ = 0;
};

}  // namespace tenon::detail
