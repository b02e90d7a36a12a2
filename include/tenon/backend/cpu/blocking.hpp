// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The order of a product's tiles. Three loops, from the outside:
///   blocks of k:     what follows touches one block of each panel
///   blocks of rows:  x[rows, k] fits the second cache, and meets all panels
///   panels:          w[k, panel] is read once, stays in the first cache or near it, and meets all
///                    tiles of the rows, while the next panel is fetched
/// Rows that lie badly (far apart, or transposed) are first copied beside each other.
#include <cstring>

#include <tenon/backend/cpu/panels.hpp>
#include <tenon/backend/cpu/tiles.hpp>
#include <tenon/core/finish.hpp>

namespace tenon::detail {

/// Part of y = x w + bias: some rows of some panels.
template <class T>
struct ProductPart {
  const Tiles<T>& tiles;
  const Panels& panels;
  const T* w;
  Strided<T> x;
  T* y;
  Index y_pitch;
  const T* bias;
  bool relu, one_row;    // of the whole product: its sums are another chain than those of tiles
  Interval rows, which;  // of the panels
};

/// What is copied of x: as much as half of a small second cache holds.
inline constexpr Index block_bytes = 384 << 10;
inline constexpr Index block_pitch(Index depth) { return depth + 16; }  // no power of two

template <class T>
Index rows_in_block(Index depth, Index tallest) {
  const Index fit = block_bytes / Index(sizeof(T)) / block_pitch(depth);
  return std::max(fit / tallest, Index(1)) * tallest;
}
template <class T>
Index scratch_bytes(const Panels& panels, Index tallest) {
  return rows_in_block<T>(panels.depth, tallest) * block_pitch(panels.depth) * Index(sizeof(T));
}

/// Rows beside each other, k after k.
template <class T>
void copy_rows(Strided<T> x, Interval rows, Interval block, T* to) {
  const Index pitch = block_pitch(block.size()), depth = block.size();
  const T* from = x.data + rows.first * x.row + block.first * x.column;
  if (x.column == 1)
    for (Index r = 0; r < rows.size(); ++r)
      std::copy_n(from + r * x.row, depth, to + r * pitch);
  else
    for (Index k = 0; k < depth; ++k)
      for (Index r = 0; r < rows.size(); ++r) to[r * pitch + k] = from[r * x.row + k * x.column];
}

/// Rows a multiple of this many bytes apart share few places of the first cache.
template <class T>
bool lie_badly(Strided<T> x, Index rows, Index panels) {
  constexpr Index far = 2048;
  return x.column != 1 ||
         (rows > 1 && panels > 16 && x.row * Index(sizeof(T)) % far == 0);
}

/// The tallest tile, or what is left; 4 rows more than a whole number of 12 are better 8 and 8.
inline int height_of(Index rows, int tallest) {
  if (heights[std::size_t(tallest)] == 12 && rows == 16) return tallest - 1;
  while (heights[std::size_t(tallest)] > rows) --tallest;
  return tallest;
}

/// A tile that is wider than what is left of y: it is made beside y and cut.
template <class T>
void cut_tile(typename Tiles<T>::Function tile, TileCall<T> call, Index rows, Index columns,
              Index width) {
  constexpr Index most = heights.back() * 32;  // 32 numbers are the widest panel
  alignas(64) T y[most], bias[32] = {};
  T* const to = call.y;
  const Index pitch = call.y_pitch;
  const auto copy = [&](const T* from, T* there) {
    Index n = 0;
    for (; n + 4 <= columns; n += 4) std::memcpy(there + n, from + n, 4 * sizeof(T));
    for (; n < columns; ++n) there[n] = from[n];
  };
  if (!call.first)
    for (Index r = 0; r < rows; ++r) copy(to + r * pitch, y + r * width);
  if (call.bias) copy(call.bias, bias), call.bias = bias;
  call.y = y, call.y_pitch = width;
  tile(call);
  for (Index r = 0; r < rows; ++r) copy(y + r * width, to + r * pitch);
}

/// All tiles of one panel. @param call of its first tile
template <class T>
void multiply_panel(const Tiles<T>& tiles, TileCall<T> call, Index rows, Index columns,
                    int vectors, bool alone) {
  const Index width = vectors * tiles.lanes, row_bytes = width * Index(sizeof(T));
  const Index tallest = heights[std::size_t(tiles.tallest)];
  call.next = static_cast<const char*>(call.w) + call.depth * row_bytes;
  call.next_step = row_bytes / ((rows + tallest - 1) / tallest);
  for (Index r = 0; r < rows;) {
    const int h = height_of(rows - r, tiles.tallest);
    const Index high = heights[std::size_t(h)];
    const auto tile = alone ? tiles.row[vectors - 1] : tiles.tile[h][vectors - 1];
    if (columns < width) cut_tile(tile, call, high, columns, width);
    else tile(call);
    call.x = static_cast<const T*>(call.x) + high * call.x_pitch;
    call.y += high * call.y_pitch;
    call.next += call.depth * call.next_step;
    r += high;
  }
}

template <class T>
void multiply(const ProductPart<T>& part, std::byte* scratch) {
  const Panels& panels = part.panels;
  const bool copied = lie_badly(part.x, part.rows.size(), part.which.size());
  const Index high = rows_in_block<T>(panels.depth, heights[std::size_t(part.tiles.tallest)]);
  for (Interval block = panels.block(0);; block = panels.block(block.last)) {
    const bool last = block.last == panels.inner;
    for (Index top = part.rows.first; top < part.rows.last; top += high) {
      const Interval rows{top, std::min(top + high, part.rows.last)};
      TileCall<T> call{};
      call.x = part.x.data + top * part.x.row + block.first * part.x.column;
      call.x_pitch = part.x.row;
      if (copied) {
        copy_rows(part.x, rows, block, reinterpret_cast<T*>(scratch));
        call.x = scratch, call.x_pitch = block_pitch(block.size());
      }
      call.depth = block.size(), call.y_pitch = part.y_pitch;
      call.first = block.first == 0, call.relu = last && part.relu;
      for (Index panel = part.which.first; panel < part.which.last; ++panel) {
        const Index column = panel * panels.width();
        call.w = part.w + panels.at(block, panel);
        call.bias = last && part.bias ? part.bias + column : nullptr;
        call.y = part.y + rows.first * part.y_pitch + column;
        multiply_panel(part.tiles, call, rows.size(), panels.columns - column,
                       int(panels.vectors(panel)), part.one_row);
      }
    }
    if (last) return;
  }
}

}  // namespace tenon::detail
