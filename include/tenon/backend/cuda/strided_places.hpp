// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Sizes and strides for kernels, with as few dimensions as they have: [32, 1, 784] without gaps is
/// [25088].  StridedPlaces p({32, 784}, {{784, 1}, {1, 32}});  machine.numbers(p.numbers())
#include <vector>

#include <tenon/core/kernel.hpp>
#include <tenon/core/region.hpp>

namespace tenon::detail {

class StridedPlaces {
 public:
  /// @param strides of as many operands as read or write these elements
  StridedPlaces(const Dims& sizes, const std::vector<Dims>& strides) : strides_(strides.size()) {
    count_ = product(sizes);
    for (int d = 0; d < sizes.size(); ++d) {
      if (sizes[d] == 1) continue;
      bool joins = !sizes_.empty();
      for (std::size_t i = 0; i < strides.size() && joins; ++i)
        joins = strides_[i].back() == strides[i][d] * sizes[d];
      if (joins) sizes_.back() *= sizes[d];
      else sizes_.push_back(sizes[d]);
      for (std::size_t i = 0; i < strides.size(); ++i)
        if (joins) strides_[i].back() = strides[i][d];
        else strides_[i].push_back(strides[i][d]);
    }
  }

  Index count() const { return count_; }
  int rank() const { return int(sizes_.size()); }
  /// Sizes, then each operand's strides.
  std::vector<Index> numbers() const {
    std::vector<Index> all = sizes_;
    for (const std::vector<Index>& own : strides_) all.insert(all.end(), own.begin(), own.end());
    return all;
  }

 private:
  Index count_;
  std::vector<Index> sizes_;
  std::vector<std::vector<Index>> strides_;
};

/// An operand's strides over the dimensions of a result, aligned at the last, or (`channel`) a
/// vector along dimension 1; 0 where it is repeated.
inline Dims strides_over(const Block& result, const Block& x, bool channel) {
  const Dims own = strides(sizes(x.box));
  const int rank = result.box.size();
  const int offset = channel && own.size() == 1 && rank > 1 ? 1 : rank - own.size();
  Dims over = Dims::filled(rank, 0);
  for (int d = 0; d < own.size(); ++d)
    if (x.size(d) == result.size(d + offset)) over[d + offset] = own[d];
  return over;
}

/// -1 is the last of `rank` axes.
constexpr int axis_of(Index axis, int rank) { return int(axis < 0 ? axis + rank : axis); }

/// The lines of a block along axes: where they begin, and a line's elements.
struct Lines {
  StridedPlaces beginnings, elements;
  Lines(const Dims& block, const Dims& axes)
      : beginnings(part(block, axes, false), {strides(block)}),
        elements(part(block, axes, true), {strides(block)}) {}

  std::vector<Index> numbers() const {
    std::vector<Index> all = beginnings.numbers(), inside = elements.numbers();
    all.insert(all.end(), inside.begin(), inside.end());
    return all;
  }

 private:
  static Dims part(const Dims& block, const Dims& axes, bool along) {
    Dims sizes = Dims::filled(block.size(), 1);
    for (int d = 0; d < block.size(); ++d) {
      bool named = false;
      for (Index axis : axes) named = named || axis_of(axis, block.size()) == d;
      if (named == along) sizes[d] = block[d];
    }
    return sizes;
  }
};

}  // namespace tenon::detail
