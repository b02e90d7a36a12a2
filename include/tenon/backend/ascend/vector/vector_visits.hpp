// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tiles of a core in their order, and which steps each does:
///   VectorVisits(task, tiling, pieces).all   some lines at a time, and all of each
/// Lines that ub does not hold are gone through in parts, once for each reduction and once more for
/// a result of their size: what a reduction needs is computed again from the operands.
#include <span>

#include <tenon/backend/ascend/vector/vector_tiling.hpp>

namespace tenon::detail {

/// Lines `first` to `last` of a batch, or elements where they stand alone.
struct VectorPiece {
  Index first = 0, last = 0, batch = 0;
};

/// A tile: lines of a batch, and of each the numbers `from` to `from + count`.
struct VectorVisit {
  Index batch = 0, line = 0, lines = 1, from = 0, count = 0;
  int phase = 0;
  bool is_first = true, is_last = true;  // of its phase's parts
};

class VectorVisits {
 public:
  std::vector<VectorVisit> all;

  VectorVisits(const AscendVector& t, const VectorTiling& tiling,
               std::span<const VectorPiece> pieces)
      : t_(t), in_parts_(!t.is_flat() && tiling.tile < t.line_numbers()) {
    for (int v = int(t.operands.size()); v < t.values(); ++v)
      if (is_over_row(t.step_of(v)->function)) reductions_.push_back(v);
    for (const VectorPiece& piece : pieces) add(tiling, piece);
  }

  /// How often an operand's numbers are read.
  Index times_read(int operand) const {
    if (!in_parts_) return 1;
    const bool whole = t_.result_extent() == VectorExtent::whole;
    Index times = 0;
    for (int phase = 0; phase < int(reductions_.size()) + (whole ? 1 : 0); ++phase)
      times += reads({.phase = phase}, operand);
    return times;
  }
  /// Whether a visit computes this value.
  bool computes(const VectorVisit& visit, int value) const {
    if (!in_parts_) return true;
    if (t_.extent(value) == VectorExtent::whole) return needs(target(visit.phase), value);
    // One number a line: with its reduction, or behind it when all parts were seen.
    int phase = 0;
    for (const int reduction : reductions_) phase += reduction < value;
    if (is_reduction(value)) return visit.phase == phase;
    if (phase == 0) return visit.phase == 0 && visit.is_first;
    return visit.phase == phase - 1 && visit.is_last;
  }
  bool is_reduction(int value) const {
    return std::find(reductions_.begin(), reductions_.end(), value) != reductions_.end();
  }
  /// Whether this visit's steps take an operand.
  bool reads(const VectorVisit& visit, int operand) const {
    for (int v = int(t_.operands.size()); v < t_.values(); ++v)
      if ((t_.step_of(v)->a == operand || t_.step_of(v)->b == operand) && computes(visit, v))
        return true;
    return false;
  }
  /// Whether it is the first to write to the result's place.
  bool opens(const VectorVisit& visit) const {
    const bool gathers =
        in_parts_ && t_.result_extent() != VectorExtent::whole && is_reduction(t_.values() - 1);
    return gathers ? visit.is_first && visit.phase == int(reductions_.size()) - 1 : stores(visit);
  }
  /// Whether the result, or this part of it, is ready behind it.
  bool stores(const VectorVisit& visit) const {
    if (!in_parts_) return true;
    const bool whole = t_.result_extent() == VectorExtent::whole;
    const int last = int(reductions_.size()) - (whole ? 0 : 1);
    return visit.phase == last && (whole || visit.is_last);
  }

 private:
  void add(const VectorTiling& tiling, const VectorPiece& piece) {
    if (t_.is_flat()) {
      for (Index at = piece.first; at < piece.last; at += tiling.tile)
        all.push_back({0, 0, 1, at, std::min(tiling.tile, piece.last - at)});
      return;
    }
    const bool whole = t_.result_extent() == VectorExtent::whole;
    const int phases = in_parts_ ? int(reductions_.size()) + (whole ? 1 : 0) : 1;
    const Index numbers = t_.line_numbers();
    // Where whole blocks alone are copied, of one number a line: rows behind the last fill them.
    const Index last = t_.pitch && !t_.down && !whole ? up_to_block(piece.last) : piece.last;
    for (Index line = piece.first; line < last; line += tiling.lines)
      for (int phase = 0; phase < phases; ++phase)
        for (Index from = 0; from < numbers; from += tiling.tile)
          all.push_back({piece.batch, line, std::min(tiling.lines, last - line), from,
                         std::min(tiling.tile, numbers - from), phase, from == 0,
                         from + tiling.tile >= numbers});
  }

  int target(int phase) const {
    return phase < int(reductions_.size()) ? reductions_[std::size_t(phase)] : t_.values() - 1;
  }
  /// Whether `value` goes into `of` by way of wholes.
  bool needs(int of, int value) const {
    if (of == value) return true;
    const VectorStep* step = t_.step_of(of);
    if (!step || value > of) return false;
    for (const int used : {step->a, step->b})
      if (used >= 0 &&
          (used == value || (t_.extent(used) != VectorExtent::line && needs(used, value))))
        return true;
    return false;
  }

  AscendVector t_;
  bool in_parts_;
  std::vector<int> reductions_;
};

}  // namespace tenon::detail
