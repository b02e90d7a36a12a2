// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the vector pipe makes of [batch, rows, columns] numbers: functions of elements, and of
/// lines of them, each step a value of values before it.
///   AscendVector t{.operands = {{VectorExtent::whole}}, .rows = 8, .columns = 100};
///   t.steps = {{AscendFunction::max_row, 0}, {AscendFunction::sub, 0, 1}};   y = x - max x
/// A line is a row; where the task goes down, a column. What is one number a line is taken for all
/// of its line; what lies along a line is taken for every line.
#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

enum class VectorExtent : std::uint8_t { whole, line, along };

struct VectorOperand {
  VectorExtent extent = VectorExtent::whole;
  Index place = 0;  // bytes in gm, a multiple of 32
};

/// Values are numbered: the operands, then the steps.
struct VectorStep {
  AscendFunction function = AscendFunction::copy;
  int a = 0, b = -1;
  float scalar = 0;
};

struct AscendVector {
  std::vector<VectorOperand> operands;
  std::vector<VectorStep> steps;  // the last one's value is the result
  Index batch = 1, rows = 1, columns = 0;
  bool down = false;
  Element element = Element::float16, result = Element::float16;
  Element work = Element::float16;  // what is computed in; converted to and from where it differs
  Index y = 0;                      // bytes in gm
  Index pitch = 0;                  // numbers from row to row in gm; 0: without gaps

  int values() const { return int(operands.size() + steps.size()); }
  const VectorStep* step_of(int value) const {
    return value < int(operands.size()) ? nullptr : &steps[std::size_t(value) - operands.size()];
  }
  bool reduces() const {
    for (const VectorStep& step : steps)
      if (is_over_row(step.function)) return true;
    return false;
  }
  /// Element by element alone: rows do not matter.
  bool is_flat() const {
    for (const VectorOperand& x : operands)
      if (x.extent != VectorExtent::whole) return false;
    return !reduces();
  }
  Index row_pitch() const { return pitch ? pitch : columns; }
  Index numbers() const { return batch * rows * columns; }
  Index lines() const { return batch * (down ? columns : rows); }
  Index line_numbers() const { return down ? rows : columns; }

  /// Of a value.
  VectorExtent extent(int value) const {
    const VectorStep* step = step_of(value);
    if (!step) return operands[std::size_t(value)].extent;
    if (is_over_row(step->function)) return VectorExtent::line;
    const VectorExtent a = extent(step->a);
    if (a == VectorExtent::whole || step->b < 0) return a;
    return extent(step->b) == a ? a : VectorExtent::whole;
  }
  VectorExtent result_extent() const { return extent(values() - 1); }

  /// Numbers in gm, with the gaps behind rows, 32 at a time; of what has gaps rows too.
  Index stored(VectorExtent extent) const {
    const Index lines = pitch && !down ? (rows + 31) / 32 * 32 : rows;
    const Index all = extent == VectorExtent::whole   ? batch * lines * row_pitch()
                      : extent == VectorExtent::along ? columns
                      : down                          ? batch * row_pitch()
                                                      : batch * rows;
    return (all + 31) / 32 * 32;
  }
  Index operand_bytes(std::size_t i) const { return stored(operands[i].extent) * bytes(element); }
  Index result_bytes() const { return stored(result_extent()) * bytes(result); }
  Index gm_bytes() const {
    Index all = y + result_bytes();
    for (std::size_t i = 0; i < operands.size(); ++i)
      all = std::max(all, operands[i].place + operand_bytes(i));
    return all;
  }

  /// The same with all operands and the result one after another, each on 512 bytes; on chips that
  /// copy whole blocks of 32 bytes alone each row begins on 32 numbers.
  AscendVector placed(const AscendChip& chip, Index first = 0) const {
    AscendVector task = *this;
    if (is_flat()) task.columns = numbers(), task.batch = task.rows = 1;
    task.pitch = chip.nd_to_nz == 0 && !is_flat() ? (columns + 31) / 32 * 32 : 0;
    const auto next = [&](Index size) {
      const Index at = first;
      first += (size + 511) / 512 * 512;
      return at;
    };
    for (std::size_t i = 0; i < operands.size(); ++i)
      task.operands[i].place = next(task.operand_bytes(i));
    task.y = next(task.result_bytes());
    return task;
  }
};

/// @throws Error: nothing to do, types that vector does not know, values that there are not, places
/// that are not whole blocks.
inline void check(const AscendVector& t, const AscendChip& chip) {
  const std::string what = sentence("a vector program on ", chip.name, ": ");
  if (t.batch < 1 || t.rows < 1 || t.columns < 1)
    throw Error(sentence(what, "at least 1 number, not ", t.batch, "x", t.rows, "x", t.columns));
  for (const Element e : {t.element, t.result, t.work})
    if (bytes(e) > 4 || e == Element::boolean || e == Element::int4x2)
      throw Error(sentence(what, "the vector pipe does not know ", text(e)));
  if (t.operands.empty()) throw Error(sentence(what, "it reads nothing"));
  if (t.steps.empty()) throw Error(sentence(what, "no function is named"));
  for (int value = int(t.operands.size()); value < t.values(); ++value) {
    const VectorStep& step = *t.step_of(value);
    const int before = takes_two(step.function) ? std::max(step.a, step.b) : step.a;
    if (std::min(step.a, takes_two(step.function) ? step.b : 0) < 0 || before >= value)
      throw Error(sentence(what, "step ", value, " takes a value that is not there yet"));
    const VectorExtent a = t.extent(step.a);
    if (is_over_row(step.function) && a != VectorExtent::whole)
      throw Error(sentence(what, "step ", value, " goes over a line of one number"));
    if (takes_two(step.function) && a != VectorExtent::whole && t.extent(step.b) != a)
      throw Error(sentence(what, "step ", value, " takes the smaller operand first"));
    if (step.function == AscendFunction::transpose)
      throw Error(sentence(what, "a transposition is no step of it"));
  }
  if (t.result_extent() == VectorExtent::along)
    throw Error(sentence(what, "its result lies along a line"));
  for (const VectorOperand& x : t.operands)
    if (t.down && x.extent == VectorExtent::along)
      throw Error(sentence(what, "what lies along columns is not offered"));
  const auto check_place = [&](Index place) {
    if (place < 0 || place % 32 != 0)
      throw Error(sentence(what, "operands begin on multiples of 32 bytes, not at ", place));
  };
  for (const VectorOperand& x : t.operands) check_place(x.place);
  check_place(t.y);
}

}  // namespace tenon
