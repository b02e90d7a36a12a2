// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the values of a tile lie in ub: operands and results in turn, what is computed between
/// them where nothing that is still needed lies.
///   VectorRegisters(task, {.lines = 16, .tile = 1024}).bytes() <= chip.ub
#include <tenon/backend/ascend/vector/vector_task.hpp>

namespace tenon {

/// How a task is cut over vector cores and ub. 0: to be chosen.
struct VectorTiling {
  Index cores = 0;
  Index lines = 0;  // of a tile; 1 where elements stand alone
  Index tile = 0;   // numbers of a line in a tile
  Index buffers = 2;
};

namespace detail {

constexpr Index up_to_block(Index n) { return (n + 31) / 32 * 32; }

class VectorRegisters {
 public:
  VectorRegisters(const AscendVector& t, const VectorTiling& tiling)
      : t_(t), tiling_(tiling), whole_(t.line_numbers() <= tiling.tile) {
    converts_ = t.work != t.element;
    for (std::size_t i = 0; i < t.operands.size(); ++i) {
      in_.push_back(slot_);
      if (!is_constant(int(i))) slot_ += size(int(i), t.element);
    }
    out_ = tiling.buffers * slot_;
    end_ = out_ + tiling.buffers * size(t.values() - 1, t.result);
    for (std::size_t i = 0; i < t.operands.size(); ++i)
      if (is_constant(int(i))) in_[i] = take(size(int(i), t.element));
    for (std::size_t i = 0; i < t.operands.size(); ++i)
      converted_.push_back(converts_ ? take(size(int(i), t.work)) : 0);
    place_steps();
    if (t.reduces() && !whole_) part_ = take(line_size());
    if (t.reduces() && t.down) folding_ = take(size_of(VectorExtent::whole, t.work));
  }

  /// Of ub.
  Index bytes() const { return end_; }
  /// Whether a tile holds whole lines, so that each number is read once.
  bool holds_lines() const { return whole_; }
  /// What is read once for all tiles.
  bool is_constant(int operand) const {
    return whole_ && t_.extent(operand) == VectorExtent::along;
  }
  Index operand(int i, Index buffer) const {
    return in_[std::size_t(i)] + (is_constant(i) ? 0 : buffer * slot_);
  }
  Index result(Index buffer) const { return out_ + buffer * size(t_.values() - 1, t_.result); }
  /// Of any value but those that are read or written as they are.
  Index value(int v, Index in_buffer, Index out_buffer) const {
    const int operands = int(t_.operands.size());
    if (v < operands) return converts_ ? converted_[std::size_t(v)] : operand(v, in_buffer);
    if (v == t_.values() - 1 && t_.work == t_.result) return result(out_buffer);
    return steps_[std::size_t(v - operands)];
  }
  Index part() const { return part_; }
  Index folding() const { return folding_; }
  /// Numbers from line to line of a tile, or from row to row where it goes down.
  Index pitch() const { return up_to_block(t_.down ? tiling_.lines : tiling_.tile); }

 private:
  Index numbers(VectorExtent extent) const {
    const Index lines = up_to_block(tiling_.lines);
    if (extent == VectorExtent::line) return lines;
    const Index tile = up_to_block(tiling_.tile);
    if (extent == VectorExtent::along) return tile;
    return t_.down ? tiling_.tile * lines : tiling_.lines * tile;
  }
  Index size_of(VectorExtent extent, Element e) const { return numbers(extent) * tenon::bytes(e); }
  Index size(int value, Element e) const { return size_of(t_.extent(value), e); }
  Index line_size() const { return size_of(VectorExtent::line, t_.work); }
  Index take(Index bytes) {
    const Index at = end_;
    end_ += bytes;
    return at;
  }

  /// A value that is not needed any more gives its place to the next; what is one number a line, or
  /// lies along one, keeps its own.
  void place_steps() {
    const int operands = int(t_.operands.size());
    std::vector<int> last(std::size_t(t_.values()), 0);
    for (int v = operands; v < t_.values(); ++v)
      for (const int used : {t_.step_of(v)->a, t_.step_of(v)->b})
        if (used >= 0) last[std::size_t(used)] = v;
    std::vector<Index> free;
    for (int v = operands; v < t_.values(); ++v) {
      const VectorStep& step = *t_.step_of(v);
      for (const int used : {step.a, step.b == step.a ? -1 : step.b})
        if (used >= operands && last[std::size_t(used)] == v &&
            t_.extent(used) == VectorExtent::whole)
          free.push_back(steps_[std::size_t(used - operands)]);
      if (v == t_.values() - 1 && t_.work == t_.result) {
        steps_.push_back(0);  // it is the result
      } else if (t_.extent(v) != VectorExtent::whole || free.empty()) {
        steps_.push_back(take(size(v, t_.work)));
      } else {
        steps_.push_back(free.back());
        free.pop_back();
      }
    }
  }

  AscendVector t_;
  VectorTiling tiling_;
  bool whole_, converts_ = false;
  std::vector<Index> in_, converted_, steps_;
  Index slot_ = 0, out_ = 0, end_ = 0, part_ = 0, folding_ = 0;
};

}  // namespace detail
}  // namespace tenon
