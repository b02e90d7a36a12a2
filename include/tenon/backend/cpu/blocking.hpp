// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The order of a product's tiles. Three loops, from the outside:
///   blocks of k:     what follows touches one block of each panel
///   blocks of rows:  x[rows, k] fits the second cache, and meets all panels
///   panels:          w[k, panel] is read once, stays in the first cache or near it, and meets all
///                    tiles of the rows, while the next panel is fetched
/// Rows that lie badly (far apart, or transposed) are first copied beside each other.
#include <unistd.h>

#include <cstring>
#include <optional>

#include <tenon/backend/cpu/narrow_tile.hpp>
#include <tenon/backend/cpu/panels.hpp>
#include <tenon/core/finish.hpp>

namespace tenon::detail {

/// Part of y = x w + bias: some rows of some panels.
template <class T>
struct ProductPart {
  const Tiles<T>& tiles;
  const Panels& panels;
  const std::byte* w;
  Strided<T> x;
  T* y;
  Index y_pitch;
  const T* bias;
  bool relu, one_row;    // of the whole product: its sums are another chain than those of tiles
  Interval rows, which;  // of the panels
};

/// Bytes of a core's second cache, between what small and large ones have.
inline Index second_cache() {
#ifdef _SC_LEVEL2_CACHE_SIZE
  static const Index bytes =
      std::clamp<Index>(::sysconf(_SC_LEVEL2_CACHE_SIZE), 384 << 10, 2 << 20);
  return bytes;
#else
  return 384 << 10;
#endif
}

/// What is copied of x: as much as a quarter of the second cache holds, in whole tiles. A row is as
/// long as a block is deep and a cache line more, for rows a power of two apart share few places.
template <class T>
struct CopiedRows {
  Index pitch, rows;

  CopiedRows(const Panels& panels, const Tiles<T>& tiles)
      : pitch(panels.padded(panels.depth) + 64 / tiles.copy),
        rows(std::max(second_cache() / 4 / (pitch * tiles.copy) / tiles.tallest(), Index(1)) *
             tiles.tallest()) {}
  Index bytes(const Tiles<T>& tiles) const {
    return (rows * pitch + panel_row(tiles)) * Index(tiles.copy);
  }
  /// A row of transposed x, before it is rounded, lies behind the others.
  Index panel_row(const Tiles<T>& tiles) const {
    return tiles.round ? pitch * Index(sizeof(T)) / tiles.copy : 0;
  }
};

/// Rows beside each other, k after k.
template <class T>
void copy_rows(const Tiles<T>& tiles, const Panels& panels, Strided<T> x, Interval rows,
               Interval block, std::byte* to) {
  const CopiedRows<T> copied(panels, tiles);
  const Index depth = block.size();
  auto* row = reinterpret_cast<T*>(to + copied.rows * copied.pitch * tiles.copy);
  for (Index r = 0; r < rows.size(); ++r) {
    const T* from = x.data + (rows.first + r) * x.row + block.first * x.column;
    std::byte* there = to + r * copied.pitch * tiles.copy;
    if (!tiles.round) row = reinterpret_cast<T*>(there);
    if (!tiles.round) std::fill(row + depth, row + panels.padded(depth), T(0));
    if (x.column == 1 && !tiles.round) std::copy_n(from, depth, row);
    if (x.column != 1)
      for (Index k = 0; k < depth; ++k) row[k] = from[k * x.column];
    if constexpr (sizeof(T) == 4)
      if (tiles.round) tiles.round(x.column == 1 ? from : row, depth, panels.padded(depth), there);
  }
  if (!tiles.whole) return;
  const Index filled = Panels::rounded_up(rows.size(), tiles.high[0]);
  std::memset(to + rows.size() * copied.pitch * tiles.copy, 0,
              std::size_t((filled - rows.size()) * copied.pitch * tiles.copy));
}

/// Rows a multiple of this many bytes apart share few places of the first cache.
template <class T>
bool lie_badly(Strided<T> x, Index rows, Index panels) {
  constexpr Index far = 2048;
  return x.column != 1 || (rows > 1 && panels > 8 && x.row * Index(sizeof(T)) % far == 0);
}

/// A tile that is wider than what is left of y: it is made beside y and cut.
template <class T>
void cut_tile(typename Tiles<T>::Function tile, TileCall<T> call, Index columns, Index width) {
  constexpr Index tallest = 32, widest = 32;
  alignas(64) T y[tallest * widest], bias[widest] = {};
  T* const to = call.y;
  const Index pitch = call.y_pitch;
  const auto copy = [&](const T* from, T* there) {
    Index n = 0;
    for (; n + 4 <= columns; n += 4) std::memcpy(there + n, from + n, 4 * sizeof(T));
    for (; n < columns; ++n) there[n] = from[n];
  };
  if (!call.first)
    for (Index r = 0; r < call.rows; ++r) copy(to + r * pitch, y + r * width);
  if (call.bias) copy(call.bias, bias), call.bias = bias;
  call.y = y, call.y_pitch = width;
  tile(call);
  for (Index r = 0; r < call.rows; ++r) copy(y + r * width, to + r * pitch);
}

/// All tiles of one panel. @param call of its first tile
template <class T>
void multiply_panel(const Tiles<T>& tiles, TileCall<T> call, Index x_bytes, Index rows,
                    Index columns, int vectors, bool alone) {
  const Index width = vectors * tiles.lanes, row_bytes = width * tiles.weight;
  call.next = static_cast<const char*>(call.w) + call.depth * row_bytes;
  call.next_step = row_bytes / ((rows + tiles.tallest() - 1) / tiles.tallest());
  for (Index r = 0; r < rows;) {
    const int kind = tiles.kind(rows - r);
    call.rows = std::min<Index>(tiles.high[std::size_t(kind)], rows - r);
    const auto tile = alone ? tiles.row[vectors - 1] : tiles.tile[kind][vectors - 1];
    if (columns < width) cut_tile(tile, call, columns, width);
    else tile(call);
    call.x = static_cast<const char*>(call.x) + call.rows * call.x_pitch * x_bytes;
    call.y += call.rows * call.y_pitch;
    call.next += call.depth * call.next_step;
    r += call.rows;
  }
}

template <class T>
void multiply(const ProductPart<T>& part, std::byte* scratch) {
  const Panels& panels = part.panels;
  const Tiles<T>& tiles = part.tiles;
  const CopiedRows<T> copies(panels, tiles);
#ifdef __x86_64__
  std::optional<AmxTiles> amx;
  if (tiles.whole) amx.emplace(part.rows.size());
#endif
  const bool copied = tiles.round || panels.inner % panels.group ||
                      lie_badly(part.x, part.rows.size(), part.which.size());
  for (Interval block = panels.block(0);; block = panels.block(block.last)) {
    const bool last = block.last == panels.inner;
    for (Index top = part.rows.first; top < part.rows.last; top += copies.rows) {
      const Interval rows{top, std::min(top + copies.rows, part.rows.last)};
      TileCall<T> call{};
      call.x = part.x.data + top * part.x.row + block.first * part.x.column;
      call.x_pitch = part.x.row;
      if (copied) {
        copy_rows(tiles, panels, part.x, rows, block, scratch);
        call.x = scratch, call.x_pitch = copies.pitch;
      }
      call.depth = panels.padded(block.size()), call.y_pitch = part.y_pitch;
      call.first = block.first == 0, call.relu = last && part.relu;
      for (Index panel = part.which.first; panel < part.which.last; ++panel) {
        const Index column = panel * panels.width();
        call.w = part.w + panels.at(block, panel) * tiles.weight;
        call.bias = last && part.bias ? part.bias + column : nullptr;
        call.y = part.y + rows.first * part.y_pitch + column;
        multiply_panel(tiles, call, copied ? tiles.copy : int(sizeof(T)), rows.size(),
                       panels.columns - column, int(panels.vectors(panel)), part.one_row);
      }
    }
    if (last) return;
  }
}

}  // namespace tenon::detail
