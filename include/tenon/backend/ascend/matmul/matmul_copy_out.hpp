// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A part of C from ub, where it lies as nz, to its place in gm, by mte3:
///   copy_out_of_ub(writer, task, {0, 0, 128, 16}, 0)
#include <tenon/backend/ascend/matmul/matmul_steps.hpp>
#include <tenon/backend/ascend/program/program_writer.hpp>

namespace tenon::detail {

inline AscendPlace c_place(const AscendMatMul& t, Index m, Index n) {
  return {AscendBuffer::gm, t.c + t.c_matrix().offset(m, n) * bytes(t.result)};
}

inline void copy_out_of_ub(ProgramWriter& w, const AscendMatMul& t, const MatMulPiece& p,
                           Index from) {
  const Index tall = up_to(p.m, 16);
  AscendInstruction copy{.op = AscendOp::copy, .pipe = AscendPipe::mte3};
  copy.from = copy.into = t.result;
  if (t.c_format == AscendFormat::nz) {  // whole columns of fractals, as they lie
    copy.a = {AscendBuffer::ub, from};
    copy.to = c_place(t, p.at_m, p.at_n);
    copy.m = std::int32_t(parts_of(p.n, 16));
    copy.n = std::int32_t(tall * 16);
    copy.stride_to = up_to(t.m, 16) * 16;
    return w.add(copy);
  }
  for (Index n = 0; n < p.n; n += 16) {
    copy.a = {AscendBuffer::ub, from + n * tall * bytes(t.result)};
    copy.to = c_place(t, p.at_m, p.at_n + n);
    copy.m = std::int32_t(p.m);
    copy.n = std::int32_t(std::min<Index>(16, p.n - n));
    copy.stride_from = 16;
    copy.stride_to = t.n;
    w.add(copy);
  }
}

}  // namespace tenon::detail
