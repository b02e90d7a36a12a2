// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one vector core does of a transposition: tiles come to ub, are turned there where numbers
/// stand alone, and leave row by row.
///   TransposeCore(task, chip).instructions(0, 3)
#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/program/program_writer.hpp>
#include <tenon/backend/ascend/vector/transpose_task.hpp>

namespace tenon::detail {

/// A tile of it: multiples of 32 numbers each way, so that every row is whole blocks.
struct TransposeTiling {
  Index rows = 64, columns = 64;
};

/// A run of numbers in ub, which begins on 32 bytes.
inline Index whole_runs(const AscendTranspose& t) {
  return (t.inner * bytes(t.element) + 31) / 32 * 32 / bytes(t.element);
}

/// As square as ub holds, in and out twice.
inline TransposeTiling transpose_tiling(const AscendTranspose& t, const AscendChip& chip) {
  const Index free = (chip.ub.whole() - chip.ub_reserved.whole()) / 4 / bytes(t.element);
  const Index most = t.inner > 1 ? 2 * free / whole_runs(t) : free;
  if (most < 1) throw Error(sentence("runs of ", t.inner, " numbers do not fit UB"));
  if (t.inner > 1) {
    const Index columns = std::min(t.columns, most);
    return {std::min(t.rows, std::max<Index>(1, most / columns)), columns};
  }
  Index side = 32;
  while ((side + 32) * (side + 32) <= most) side += 32;
  const auto up = [](Index n) { return (n + 31) / 32 * 32; };
  // Tiles that are all about as large, so that none is mostly empty.
  const auto even = [&](Index n, Index most_of_it) {
    const Index parts = (n + most_of_it - 1) / most_of_it;
    return up((n + parts - 1) / parts);
  };
  const Index rows = even(t.rows, side), columns = even(t.columns, most / rows / 32 * 32);
  return {even(t.rows, most / columns / 32 * 32), columns};
}

class TransposeCore {
 public:
  TransposeCore(const AscendTranspose& t, const AscendChip& chip)
      : t_(t), tiling_(transpose_tiling(t, chip)) {
    run_ = t_.inner == 1 ? 1 : whole_runs(t_);
    tile_ = tiling_.rows * tiling_.columns * run_ * bytes(t_.element);
    if (t_.inner > 1) in_.to = AscendPipe::mte3;  // nothing is turned
  }
  Index tiles() const { return t_.batch * down() * across(); }

  /// Of its tiles, first to last.
  std::vector<AscendInstruction> instructions(Index first, Index last) {
    in_.open(w_);
    out_.open(w_);
    if (first < last) copy_in(first);
    for (Index i = first; i < last; ++i) {
      if (i + 1 < last) copy_in(i + 1);
      if (t_.inner > 1) move(i);
      else turn(i);
    }
    in_.close(w_);
    out_.close(w_);
    return std::move(w_.instructions);
  }

 private:
  struct Tile {
    Index batch, row, column, rows, columns;
  };
  Index down() const { return (t_.rows + tiling_.rows - 1) / tiling_.rows; }
  Index across() const { return (t_.columns + tiling_.columns - 1) / tiling_.columns; }
  Tile tile(Index i) const {
    const Index row = i / across() % down() * tiling_.rows, column = i % across() * tiling_.columns;
    return {i / across() / down(), row, column, std::min(tiling_.rows, t_.rows - row),
            std::min(tiling_.columns, t_.columns - column)};
  }
  /// From row to row in ub.
  Index pitch(Index n) const { return t_.inner > 1 ? n * run_ : (n + 31) / 32 * 32; }

  void copy_in(Index i) {
    const Tile x = tile(i);
    in_.fill(w_);
    AscendInstruction c{.op = AscendOp::copy, .pipe = AscendPipe::mte2};
    c.from = c.into = t_.element;
    const Index at = (x.batch * t_.rows + x.row) * t_.columns + x.column;
    c.a = {AscendBuffer::gm, t_.a + at * t_.inner * bytes(t_.element)};
    c.to = {AscendBuffer::ub, in_.to_fill() * tile_};
    c.m = std::int32_t(x.rows);
    c.n = std::int32_t(x.columns * t_.inner);
    c.stride_from = t_.columns * t_.inner;
    c.stride_to = pitch(x.columns);
    if (run_ == t_.inner) w_.add(c);
    for (Index column = 0; run_ != t_.inner && column < x.columns; ++column) {
      c.n = std::int32_t(t_.inner);
      w_.add(c);
      c.a.offset += t_.inner * bytes(t_.element);
      c.to.offset += run_ * bytes(t_.element);
    }
    in_.filled(w_);
  }

  void turn(Index i) {
    const Tile x = tile(i);
    const Index out = (2 + out_.to_fill()) * tile_;
    in_.use(w_);
    out_.fill(w_);
    AscendInstruction c{.op = AscendOp::calculate, .pipe = AscendPipe::vector};
    c.from = c.into = t_.element;
    c.a = {AscendBuffer::ub, in_.to_use() * tile_};
    c.to = {AscendBuffer::ub, out};
    c.m = std::int32_t(x.rows);
    c.n = std::int32_t(x.columns);
    c.function = AscendFunction::transpose;
    c.stride_from = pitch(x.columns);
    c.stride_to = pitch(x.rows);
    w_.add(c);
    w_.barrier(AscendPipe::vector);
    in_.used(w_);
    out_.filled(w_);
    out_.use(w_);
    copy_out(x, out);
    out_.used(w_);
  }

  Index place(const Tile& x, Index column) const {
    const Index row = (x.batch * t_.columns + x.column + column) * t_.rows + x.row;
    return t_.y + row * t_.inner * bytes(t_.element);
  }

  /// Columns of the tile are rows of the result.
  void copy_out(const Tile& x, Index from) {
    AscendInstruction c{.op = AscendOp::copy, .pipe = AscendPipe::mte3};
    c.from = c.into = t_.element;
    c.a = {AscendBuffer::ub, from};
    c.to = {AscendBuffer::gm, place(x, 0)};
    c.m = std::int32_t(x.columns);
    c.n = std::int32_t(x.rows);
    c.stride_from = pitch(x.rows);
    c.stride_to = t_.rows;
    w_.add(c);
  }

  /// Runs leave as they came, column by column.
  void move(Index i) {
    const Tile x = tile(i);
    in_.use(w_);
    for (Index column = 0; column < x.columns; ++column) {
      AscendInstruction c{.op = AscendOp::copy, .pipe = AscendPipe::mte3};
      c.from = c.into = t_.element;
      c.a = {AscendBuffer::ub, in_.to_use() * tile_ + column * run_ * bytes(t_.element)};
      c.to = {AscendBuffer::gm, place(x, column)};
      c.m = std::int32_t(x.rows);
      c.n = std::int32_t(t_.inner);
      c.stride_from = pitch(x.columns);
      w_.add(c);
    }
    in_.used(w_);
  }

  AscendTranspose t_;
  TransposeTiling tiling_;
  Index tile_ = 0, run_ = 1;
  ProgramWriter w_;
  BufferRing in_{AscendPipe::mte2, AscendPipe::vector, 0, 2};
  BufferRing out_{AscendPipe::vector, AscendPipe::mte3, 0, 2};
};

}  // namespace tenon::detail
