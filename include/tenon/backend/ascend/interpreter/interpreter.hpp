// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs a program for its numbers: each core's list from its first instruction to its last, which
/// is one of the orders that its flags allow. Cores share nothing but what they read.
///   AscendCore core(Ascend910(), {});  core.run(program.cores[0], gm)  says what was saturated
#include <tenon/backend/ascend/cube/cube.hpp>
#include <tenon/backend/ascend/interpreter/interpreter_memory.hpp>
#include <tenon/backend/ascend/interpreter/interpreter_moves.hpp>
#include <tenon/backend/ascend/interpreter/interpreter_vector.hpp>

namespace tenon {

struct AscendNumerics {
  CubeOrder order = CubeOrder::step16;
  OverflowMode overflow = OverflowMode::saturate;  // of the vector unit
  InstructionSet instructions = best_instruction_set();
};

class AscendCore {
 public:
  AscendCore(const AscendChip& chip, const AscendNumerics& numerics)
      : buffers_(chip), cube_(numerics.instructions), numerics_(numerics) {
    cube_.reserve(chip.l0a.whole() / 32);
  }

  /// @throws Error where an instruction reads or writes beyond a buffer
  RoundingCounts run(std::span<const AscendInstruction> instructions, const AscendGm& gm) {
    RoundingCounts counts;
    for (const AscendInstruction& i : instructions) switch (i.op) {
        case AscendOp::copy: copy(i, gm); break;
        case AscendOp::load: load(i, gm); break;
        case AscendOp::mmad: multiply(i, gm); break;
        case AscendOp::take_out: counts += bring_out(i, gm); break;
        case AscendOp::calculate: counts += compute(i, gm); break;
        case AscendOp::set_flag:
        case AscendOp::wait_flag:
        case AscendOp::barrier: break;
      }
    return counts;
  }

 private:
  static Index up(Index n) { return (n + 15) / 16 * 16; }
  /// Bytes of m rows of n numbers.
  static Index rows(Index m, Index n, Index stride, Element element) {
    return m > 0 ? ((m - 1) * (stride ? stride : n) + n) * bytes(element) : 0;
  }

  void copy(const AscendInstruction& i, const AscendGm& gm) {
    const std::byte* from = buffers_.at(gm, i.a, rows(i.m, i.n, i.stride_from, i.from));
    if (i.to_format == AscendFormat::nz && i.from_format == AscendFormat::nd) {
      const MatrixFormat f{AscendFormat::nz, i.m, i.n, fractal_width(bytes(i.from))};
      detail::move_into_fractals(i, from, buffers_.at(gm, i.to, f.size() * bytes(i.from)));
    } else {
      detail::move_rows(i, from, buffers_.at(gm, i.to, rows(i.m, i.n, i.stride_to, i.into)));
    }
  }

  void load(const AscendInstruction& i, const AscendGm& gm) {
    if (i.to.buffer == AscendBuffer::bt) {
      const std::byte* from = buffers_.at(gm, i.a, i.n * bytes(i.from));
      std::byte* to = buffers_.at(gm, i.to, i.n * bytes(i.into));
      if (i.from == i.into) std::memcpy(to, from, std::size_t(i.n * bytes(i.into)));
      else detail::read_floats(i.from, from, i.n, reinterpret_cast<float*>(to));
      return;
    }
    const Index wide = i.to.buffer == AscendBuffer::l0a ? i.m : i.n, each = bytes(i.from);
    const bool whole = (i.to.buffer == AscendBuffer::l0a) != i.transposes;
    const Index from =
        detail::fractal_bytes(whole ? wide : i.k, whole ? i.k : wide, i.stride_from, i.from);
    const Index width = fractal_width(each);
    const Index to = (wide + 15) / 16 * ((i.k + width - 1) / width) * 512;
    detail::load_fractals(i, buffers_.at(gm, i.a, from), buffers_.at(gm, i.to, to));
  }

  /// All that lacks to whole fractals of m and n becomes zero.
  void multiply(const AscendInstruction& i, const AscendGm& gm) {
    const Index width = fractal_width(bytes(i.from)), k = (i.k + width - 1) / width * width;
    std::byte* c = buffers_.at(gm, i.to, up(i.m) * up(i.n) * 4);
    if (!i.accumulates) std::memset(c, 0, std::size_t(up(i.m) * up(i.n) * 4));
    if (!i.accumulates && i.biased) {
      const std::byte* bias = buffers_.at(gm, i.bias, i.n * 4);
      for (Index n = 0; n < i.n; n += 16)
        for (Index m = 0; m < i.m; ++m)
          std::memcpy(c + (n * up(i.m) + m * 16) * 4, bias + n * 4,
                      std::size_t(std::min<Index>(16, i.n - n) * 4));
    }
    CubeCall call{i.from,
                  buffers_.at(gm, i.a, up(i.m) * k * bytes(i.from)),
                  buffers_.at(gm, i.b, up(i.n) * k * bytes(i.from)),
                  c,
                  i.m,
                  i.n,
                  i.k};
    call.order = numerics_.order;
    cube_.multiply(call, true);
  }

  RoundingCounts bring_out(const AscendInstruction& i, const AscendGm& gm) {
    const Index tall = up(i.m), each = bytes(i.into);
    const bool rows_out = i.to_format == AscendFormat::nd;
    const Index stride = i.stride_to ? i.stride_to : tall * 16;
    const Index to = rows_out ? rows(i.m, i.n, i.stride_to, i.into)
                              : ((up(i.n) / 16 - 1) * stride + tall * 16) * each;
    return detail::take_out(i, buffers_.at(gm, i.a, tall * up(i.n) * 4), buffers_.at(gm, i.to, to));
  }

  RoundingCounts compute(const AscendInstruction& i, const AscendGm& gm) {
    const bool over_row = is_over_row(i.function);
    const bool turns = i.function == AscendFunction::transpose;
    const std::byte* a = buffers_.at(gm, i.a, rows(i.m, i.n, i.stride_from, i.from));
    const Index size_b =
        i.spreads_b ? i.m * bytes(i.from) : rows(i.repeats_b ? 1 : i.m, i.n, i.stride_from, i.from);
    const std::byte* b = takes_two(i.function) ? buffers_.at(gm, i.b, size_b) : nullptr;
    const Index m = turns ? i.n : i.m, n = turns ? i.m : over_row ? 1 : i.n;
    std::byte* to = buffers_.at(gm, i.to, rows(m, n, i.stride_to, i.into));
    if (turns) {
      detail::turn_rows(i, a, to);
      return {};
    }
    if (i.from != Element::int32 || i.into != Element::int32)
      return detail::calculate(i, a, b, to, numerics_.overflow);
    detail::calculate_whole(i, reinterpret_cast<const std::int32_t*>(a),
                            reinterpret_cast<const std::int32_t*>(b),
                            reinterpret_cast<std::int32_t*>(to));
    return {};
  }

  AscendBuffers buffers_;
  Cube cube_;
  AscendNumerics numerics_;
};

}  // namespace tenon
