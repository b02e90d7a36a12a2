// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a tile of C leaves l0c: on 910B by fix, converted on the way to gm; on 910 through ub, where
/// vector adds the bias and converts, some columns of fractals at a time, and out by mte3.
///   exit.take_out(writer, {0, 0, 128, 256}, {AscendBuffer::l0c, 0})
#include <tenon/backend/ascend/matmul/matmul_copy_out.hpp>

namespace tenon::detail {

class MatMulExit {
 public:
  MatMulExit(const AscendMatMul& task, const AscendChip& chip, const MatMulTiling& tiling)
      : t_(task), direct_(chip.fix_pipe != 0) {
    bias_bytes_ = t_.has_bias ? 4 * tiling.base_n : 0;
    const Index free = chip.ub.whole() - chip.ub_reserved.whole() - 2 * bias_bytes_;
    const Index column = exit_column_bytes(t_, tiling.base_m);
    columns_ = std::max<Index>(1, std::min(free / 2 / column, parts_of(tiling.base_n, 16)));
    sums_bytes_ = columns_ * up_to(tiling.base_m, 16) * 16 * 4;
    stage_bytes_ = columns_ * column;
  }

  AscendPipe pipe() const { return direct_ ? fix : vector; }
  void open(ProgramWriter& w) const {
    if (direct_) return;
    stage_.open(w);
    if (t_.has_bias) bias_.open(w);
  }
  void close(ProgramWriter& w) const {
    if (direct_) return;
    stage_.close(w);
    if (t_.has_bias) bias_.close(w);
  }

  void take_out(ProgramWriter& w, const MatMulPiece& p, AscendPlace sums) {
    if (direct_) return w.add(out(p, sums, c_place(t_, p.at_m, p.at_n), t_.c_format));
    if (t_.has_bias) bring_bias(w, p);
    for (Index n = 0; n < p.n; n += columns_ * 16) {
      const MatMulPiece part{p.at_m, p.at_n + n, p.m, std::min(columns_ * 16, p.n - n)};
      through_ub(w, part, {sums.buffer, sums.offset + n * up_to(p.m, 16) * 4}, n);
    }
    if (t_.has_bias) bias_.used(w);
  }

 private:
  using enum AscendPipe;

  AscendInstruction out(const MatMulPiece& p, AscendPlace from, AscendPlace to,
                        AscendFormat format) const {
    AscendInstruction i{.op = AscendOp::take_out, .pipe = pipe()};
    i.from_format = AscendFormat::nz;
    i.to_format = format;
    i.from = t_.sum();
    i.into = direct_ ? t_.result : t_.sum();
    i.relu = direct_ && t_.relu;
    i.a = from;
    i.to = to;
    i.m = std::int32_t(p.m);
    i.n = std::int32_t(p.n);
    if (direct_) i.stride_to = format == AscendFormat::nd ? t_.n : up_to(t_.m, 16) * 16;
    return i;
  }

  AscendInstruction calculate(AscendFunction function, Index rows, Index n, Index a, Index to) {
    AscendInstruction i{.op = AscendOp::calculate, .pipe = vector, .function = function};
    i.from = i.into = t_.sum();
    i.a = {AscendBuffer::ub, a};
    i.to = {AscendBuffer::ub, to};
    i.m = std::int32_t(rows);
    i.n = std::int32_t(n);
    return i;
  }

  /// The bias of the tile's columns, as float32, to ub.
  void bring_bias(ProgramWriter& w, const MatMulPiece& p) {
    bias_.fill(w);
    const bool converts = t_.bias_element != t_.sum();
    AscendInstruction copy{
        .op = AscendOp::copy, .pipe = mte2, .from = t_.bias_element, .into = t_.bias_element};
    copy.a = {AscendBuffer::gm, t_.bias + p.at_n * bytes(t_.bias_element)};
    copy.to = {AscendBuffer::ub, converts ? bias_bytes_ : 0};
    copy.m = 1;
    copy.n = std::int32_t(p.n);
    w.add(copy);
    bias_.filled(w);
    bias_.use(w);
    if (!converts) return;
    AscendInstruction i = calculate(AscendFunction::convert, 1, p.n, bias_bytes_, 0);
    i.from = t_.bias_element;
    w.add(i);
    w.barrier(vector);
  }

  void through_ub(ProgramWriter& w, const MatMulPiece& p, AscendPlace sums, Index column) {
    const Index tall = up_to(p.m, 16), across = parts_of(p.n, 16);
    const Index at = 2 * bias_bytes_ + stage_.to_fill() * stage_bytes_;
    const Index result = t_.result == t_.sum() ? at : at + sums_bytes_;
    stage_.fill(w);
    w.add(out(p, sums, {AscendBuffer::ub, at}, AscendFormat::nz));
    w.barrier(vector);
    for (Index n = 0; t_.has_bias && n < p.n; n += 16) {
      AscendInstruction add = calculate(AscendFunction::add, p.m, std::min<Index>(16, p.n - n),
                                        at + n * tall * 4, at + n * tall * 4);
      add.b = {AscendBuffer::ub, (column + n) * 4};
      add.repeats_b = true;
      add.stride_from = add.stride_to = 16;
      w.add(add);
    }
    if (t_.has_bias) w.barrier(vector);
    if (t_.relu) {
      w.add(calculate(AscendFunction::relu, 1, across * tall * 16, at, at));
      w.barrier(vector);
    }
    if (t_.result != t_.sum()) {
      AscendInstruction i = calculate(AscendFunction::convert, 1, across * tall * 16, at, result);
      i.into = t_.result;
      w.add(i);
    }
    stage_.filled(w);
    stage_.use(w);
    copy_out_of_ub(w, t_, p, result);
    stage_.used(w);
  }

  AscendMatMul t_;
  bool direct_;
  BufferRing stage_{vector, mte3, 0, 2}, bias_{mte2, vector, 0, 1};
  Index bias_bytes_ = 0, columns_ = 1, sums_bytes_ = 0, stage_bytes_ = 0;
};

}  // namespace tenon::detail
