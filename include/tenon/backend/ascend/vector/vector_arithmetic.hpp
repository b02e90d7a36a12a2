// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the vector pipe computes of a tile, each instruction behind the one before:
///   arithmetic.bring(writer, here, 0);  arithmetic.calculate(writer, here, 1)
#include <tenon/backend/ascend/vector/vector_copies.hpp>

namespace tenon::detail {

/// A tile, and which of the buffers its operands and its result are in.
struct VectorPlace {
  const VectorVisit& visit;
  Index in = 0, out = 0;
};

class VectorArithmetic {
 public:
  VectorArithmetic(const AscendVector& t, const VectorCopies& copies, const VectorRegisters& r)
      : t_(t), copies_(copies), r_(r) {}

  /// An operand, converted where it is computed in another type.
  void bring(ProgramWriter& w, const VectorPlace& here, int i) const {
    if (t_.work == t_.element) return;
    AscendInstruction c = over(here.visit, t_.extent(i), AscendFunction::convert);
    c.from = t_.element;
    c.a = {AscendBuffer::ub, r_.operand(i, here.in)};
    c.to = {AscendBuffer::ub, place(here, i)};
    put(w, c);
  }
  void calculate(ProgramWriter& w, const VectorPlace& here, int value) const {
    const VectorVisit& v = here.visit;
    const VectorStep& step = *t_.step_of(value);
    const VectorExtent own = t_.extent(value);
    AscendInstruction i = over(v, own, step.function);
    if (takes_two(step.function) && t_.extent(step.b) != own) {
      // One number a line, or a line for all: of rows, which stay rows.
      i = rows(v, step.function);
      const bool per_line = t_.extent(step.b) == VectorExtent::line;
      (per_line != t_.down ? i.spreads_b : i.repeats_b) = true;
    }
    i.scalar = step.scalar;
    i.a = {AscendBuffer::ub, place(here, step.a)};
    if (takes_two(step.function)) i.b = {AscendBuffer::ub, place(here, step.b)};
    i.to = {AscendBuffer::ub, place(here, value)};
    put(w, i);
  }

  /// Of a part of the lines, joined with what the parts before gave.
  void reduce(ProgramWriter& w, const VectorPlace& here, int value) const {
    const VectorVisit& v = here.visit;
    const VectorStep& step = *t_.step_of(value);
    const AscendFunction joins =
        step.function == AscendFunction::sum_row ? AscendFunction::add : AscendFunction::max;
    const Index to = v.is_first ? place(here, value) : r_.part();
    if (t_.down) {
      fold(w, v, place(here, step.a), to, joins);
    } else {
      AscendInstruction i = rows(v, step.function);
      i.n = std::int32_t(v.count);
      i.stride_to = 1;
      i.a = {AscendBuffer::ub, place(here, step.a)};
      i.to = {AscendBuffer::ub, to};
      put(w, i);
    }
    if (v.is_first) return;
    AscendInstruction i = over(v, VectorExtent::line, joins);
    i.a = i.to = {AscendBuffer::ub, place(here, value)};
    i.b = {AscendBuffer::ub, to};
    put(w, i);
  }

  /// The result, converted where it leaves in another type.
  void finish(ProgramWriter& w, const VectorPlace& here) const {
    if (t_.work == t_.result) return;
    AscendInstruction c = over(here.visit, t_.result_extent(), AscendFunction::convert);
    c.into = t_.result;
    c.a = {AscendBuffer::ub, place(here, t_.values() - 1)};
    c.to = {AscendBuffer::ub, r_.result(here.out)};
    put(w, c);
  }

 private:
  static void put(ProgramWriter& w, const AscendInstruction& i) {
    w.add(i);
    w.barrier(AscendPipe::vector);
  }
  Index place(const VectorPlace& here, int value) const {
    return r_.value(value, here.in, here.out);
  }

  /// An instruction over a tile's value: its rows, as one where they lie without gaps.
  AscendInstruction over(const VectorVisit& v, VectorExtent extent, AscendFunction function) const {
    AscendInstruction i{
        .op = AscendOp::calculate, .pipe = AscendPipe::vector, .function = function};
    i.from = i.into = t_.work;
    const bool whole = extent == VectorExtent::whole;
    i.m = whole ? std::int32_t(t_.down ? v.count : v.lines) : 1;
    i.n = std::int32_t(extent == VectorExtent::line && !t_.down ? v.lines
                       : t_.down                                ? copies_.moved(v.lines)
                                                                : copies_.moved(v.count));
    if (i.m > 1 && i.n == r_.pitch()) i.n *= i.m, i.m = 1;
    if (i.m > 1) i.stride_from = i.stride_to = r_.pitch();
    return i;
  }

  AscendInstruction rows(const VectorVisit& v, AscendFunction function) const {
    AscendInstruction i{
        .op = AscendOp::calculate, .pipe = AscendPipe::vector, .function = function};
    i.from = i.into = t_.work;
    i.m = std::int32_t(t_.down ? v.count : v.lines);
    i.n = std::int32_t(copies_.moved(t_.down ? v.lines : v.count));
    i.stride_from = i.stride_to = r_.pitch();
    return i;
  }

  /// Rows into one: the second half onto the first, again and again; an odd one onto the first.
  void fold(ProgramWriter& w, const VectorVisit& v, Index from, Index to,
            AscendFunction joins) const {
    const Index each = bytes(t_.work), row = r_.pitch() * each;
    AscendInstruction i = over(v, VectorExtent::line, joins);
    const Index n = i.n;
    const auto onto = [&](Index count, Index a, Index b, Index c) {
      i.m = std::int32_t(count), i.n = std::int32_t(n);
      i.stride_from = i.stride_to = count > 1 ? r_.pitch() : 0;
      if (count > 1 && n == r_.pitch()) i.n *= i.m, i.m = 1, i.stride_from = i.stride_to = 0;
      i.a = {AscendBuffer::ub, a};
      i.b = {AscendBuffer::ub, b};
      i.to = {AscendBuffer::ub, c};
      put(w, i);
    };
    Index count = v.count, at = from;
    if (count == 1) {
      i.function = AscendFunction::copy;
      return onto(1, from, from, to);
    }
    while (count > 1) {
      const Index half = count / 2, next = half == 1 && count == 2 ? to : r_.folding();
      onto(half, at, at + half * row, next);
      if (count % 2) onto(1, next, at + 2 * half * row, half == 1 ? to : next);
      at = next, count = half;
    }
  }

  AscendVector t_;
  VectorCopies copies_;
  VectorRegisters r_;
};

}  // namespace tenon::detail
