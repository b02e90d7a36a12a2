// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a matrix of weights lies when it is packed: in the order in which products read it.
///   blocks of k > panels of columns > k > columns of the panel
/// A panel is two vectors wide, the last one a vector if that is enough; what it lacks is zero.
/// A block is as deep as its panel stays in the caches while all rows meet it.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include <tenon/core/half.hpp>
#include <tenon/core/box.hpp>

namespace tenon::detail {

struct Panels {
  Index inner, columns;
  Index lanes;   // columns in a vector of sums
  Index group;   // of k: inner counts as a multiple of it
  Index beside;  // numbers of a column: one, a pair of bfloat16, or a vector along k
  Index depth;   // of a block; the last may be lower
  Panels(Index inner, Index columns, Index lanes, Index group, Index beside, Index deepest = 1024)
      : inner(inner), columns(columns), lanes(lanes), group(group), beside(beside) {
    const Index blocks = std::max<Index>(1, (inner + deepest - 1) / deepest);
    depth = rounded_up((inner + blocks - 1) / blocks, group < 4 ? 4 : group);
  }
  Index width() const { return 2 * lanes; }
  /// All panels.
  Index count() const { return (columns + width() - 1) / width(); }
  Index vectors(Index panel) const { return columns - panel * width() > lanes ? 2 : 1; }
  Index width_of(Index panel) const { return vectors(panel) * lanes; }
  Index padded_columns() const { return (columns + lanes - 1) / lanes * lanes; }
  /// Block after block of k: at least one, which may be empty.
  Interval block(Index first) const { return {first, std::min(first + depth, inner)}; }
  Index padded(Index depth) const { return rounded_up(depth, group); }
  /// Where a panel's part of a block begins, in numbers.
  Index at(Interval block, Index panel) const {
    return block.first * padded_columns() + padded(block.size()) * panel * width();
  }
  Index numbers() const { return padded(inner) * padded_columns(); }

  static constexpr Index rounded_up(Index n, Index to) { return (n + to - 1) / to * to; }
};

/// A matrix in memory: element (i, j) at data[i * row + j * column].
template <class T>
struct Strided {
  const T* data;
  Index row, column;
  const T& operator()(Index i, Index j) const { return data[i * row + j * column]; }
};

template <class W, class T>
W weight(T x) {
  if constexpr (sizeof(W) == 2) return to_bfloat16(x);
  else return x;
}

/// One panel of one block: [k][column][beside].
template <class W, class T>
void pack_panel(const Panels& panels, Strided<T> w, Interval block, Index panel, W* to) {
  const Index g = panels.beside;
  const Index first = panel * panels.width(), width = panels.width_of(panel);
  const Index columns = std::min(width, panels.columns - first), depth = block.size();
  if (columns < width || panels.padded(depth) > depth)
    std::fill_n(to, panels.padded(depth) * width, W(0));
  const auto place = [&](Index k, Index n) {
    to[(k / g * width + n) * g + k % g] = weight<W>(w(block.first + k, first + n));
  };
  if (w.column == 1 && g == 1 && std::is_same_v<W, T>)
    for (Index k = 0; k < depth; ++k)
      std::memcpy(to + k * width, &w(block.first + k, first), std::size_t(columns) * sizeof(T));
  else if (w.column == 1)
    for (Index k = 0; k < depth; ++k)
      for (Index n = 0; n < columns; ++n) place(k, n);
  else
    for (Index n = 0; n < columns; ++n)
      for (Index k = 0; k < depth; ++k) place(k, n);
}

/// Some panels of all blocks. @pre to: panels.numbers() numbers
template <class W, class T>
void pack(const Panels& panels, Strided<T> w, Interval which, W* to) {
  for (Interval block = panels.block(0); block.size() > 0; block = panels.block(block.last))
    for (Index panel = which.first; panel < which.last; ++panel)
      pack_panel(panels, w, block, panel, to + panels.at(block, panel));
}

}  // namespace tenon::detail
