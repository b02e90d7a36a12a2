// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A product that adds in blocks of k, which one tree joins (core/sum_tree.hpp), so that its bits
/// do not depend on how k is cut over ranks. Each tile goes through all blocks before the next one:
/// sums that wait for others lie in the first cache, and are joined from there into registers.
#include <tenon/backend/cpu/blocking.hpp>
#include <tenon/core/sum_tree.hpp>

namespace tenon::detail {

/// One tile of all blocks: the sums that are left, each `apart` elements behind the one before.
/// @param whole the tile's call, for all of k
template <class T>
void add_blocks(typename Tiles<T>::Function tile, const TileCall<T>& whole, Index width,
                Index columns, Index apart) {
  constexpr Index tallest = 12, widest = 32;
  alignas(64) T sums[sum_tree_depth][tallest * widest];
  const SumBlocks& blocks = *whole.blocks;
  TileCall<T> call = whole;
  call.first = true;
  Index waiting = 0, k = 0;
  for (std::size_t b = 0; b < blocks.ends.size(); ++b) {
    call.x = static_cast<const T*>(whole.x) + k;
    call.w = static_cast<const T*>(whole.w) + k * width;
    call.next = whole.next + k * whole.next_step;
    call.depth = blocks.ends[b] - k;
    call.joins = blocks.joins[b];
    for (int j = 0; j < call.joins; ++j) call.joined[j] = sums[waiting - 1 - j];
    waiting += 1 - call.joins;
    k = blocks.ends[b];
    if (blocks.left[b] < 0) {
      call.bias = nullptr, call.relu = false;
      call.y = sums[waiting - 1], call.y_pitch = width;
      tile(call);
      continue;
    }
    call.bias = whole.bias, call.relu = whole.relu;
    call.y = whole.y + blocks.left[b] * apart, call.y_pitch = whole.y_pitch;
    if (columns < width) cut_tile(tile, call, columns, width);
    else tile(call);
  }
}

/// @pre the weights are packed in one block of k, as they are.
template <class T>
void multiply_in_blocks(const ProductPart<T>& part, const SumBlocks& blocks, Index apart,
                        std::byte* scratch) {
  const Panels& panels = part.panels;
  const Tiles<T>& tiles = part.tiles;
  const CopiedRows<T> copies(panels, tiles);
  const Interval block = panels.block(0);
  const bool copied = part.x.column != 1 || lie_badly(part.x, part.rows.size(), part.which.size());
  for (Index top = part.rows.first; top < part.rows.last; top += copies.rows) {
    const Interval rows{top, std::min(top + copies.rows, part.rows.last)};
    if (copied) copy_rows(tiles, panels, part.x, rows, block, scratch);
    const Index pitch = copied ? copies.pitch : part.x.row;
    const T* x = copied ? reinterpret_cast<const T*>(scratch) : part.x.data + top * part.x.row;
    for (Index panel = part.which.first; panel < part.which.last; ++panel) {
      const Index column = panel * panels.width(), width = panels.width_of(panel);
      const int vectors = int(panels.vectors(panel));
      TileCall<T> call{};
      call.w = part.w + panels.at(block, panel) * tiles.weight;
      call.bias = part.bias ? part.bias + column : nullptr;
      call.blocks = &blocks, call.depth = panels.inner;
      call.x_pitch = pitch, call.y_pitch = part.y_pitch, call.relu = part.relu;
      const Index each = (rows.size() + tiles.tallest() - 1) / tiles.tallest();
      call.next_step = width * tiles.weight / each;
      call.next = static_cast<const char*>(call.w) + panels.inner * width * tiles.weight;
      for (Index r = 0; r < rows.size(); r += call.rows) {
        const int kind = tiles.kind(rows.size() - r);
        call.rows = tiles.high[std::size_t(kind)];
        call.x = x + r * pitch;
        call.y = part.y + (top + r) * part.y_pitch + column;
        if (part.one_row && blocks.sums() == 1 && panels.columns - column >= width)
          tiles.row_in_blocks[vectors - 1](call);
        else add_blocks(tiles.tile[kind][vectors - 1], call, width, panels.columns - column, apart);
        call.next += panels.inner * call.next_step;
      }
    }
  }
}

}  // namespace tenon::detail
