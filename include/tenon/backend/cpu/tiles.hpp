// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tiles, compiled for each instruction set in one program: what is inlined into a function
/// with
/// [[gnu::target]] becomes its instructions. A table is chosen when weights are packed:
///   tiles<float>(InstructionSet::avx512, Element::float32).tile[h][vectors - 1](call)
#include <array>
#include <utility>

#include <tenon/backend/cpu/amx.hpp>
#include <tenon/backend/cpu/bfloat16_tiles.hpp>
#include <tenon/backend/cpu/instruction_set.hpp>
#include <tenon/backend/cpu/row_in_blocks.hpp>
#include <tenon/core/element.hpp>

namespace tenon::detail {

/// Heights of tiles; a product's rows are put together from them.
inline constexpr std::array<int, 6> heights{1, 2, 4, 6, 8, 12};

template <class T>
struct Tiles {
  using Function = void (*)(const TileCall<T>&);
  Index lanes = 0;                            // numbers in a vector of sums
  int kinds = 0;                              // of heights; the last is the tallest
  std::array<int, heights.size()> high = {};  // each
  Function tile[heights.size()][2] = {};      // [kind][vectors - 1]
  Function row[2] = {};                       // of a product of one row
  Function row_in_blocks[2] = {};             // of one that adds in blocks
  int group = 1;                              // the numbers of k in w are a multiple of it
  int beside = 1;                             // of a column of w
  int weight = sizeof(T), copy = sizeof(T);   // bytes of a number of w, and of copied x
  bool whole = false;                         // a tile reads as many rows of copied x as it is high
  /// A row of x, rounded and with zeros behind it, as tiles of bfloat16 take it; none: as it is.
  void (*round)(const float*, Index n, Index padded, void* to) = nullptr;

  Index tallest() const { return high[std::size_t(kinds - 1)]; }
  /// For so many rows: the tallest tile that they fill, or that holds them where it is whole.
  int kind(Index rows) const {
    int k = kinds - 1;
    if (whole) {
      while (k > 0 && high[std::size_t(k - 1)] >= rows) --k;
    } else {
      if (high[std::size_t(k)] == 12 && rows == 16) return k - 1;  // 8 and 8, not 12 and 4
      while (high[std::size_t(k)] > rows) --k;
    }
    return k;
  }
};

/// Vectors of 16 bytes: every processor's.
struct Portable {
  static constexpr int bytes = 16;
#ifdef __aarch64__
  static constexpr int tallest = 12;  // 32 registers
#else
  static constexpr int tallest = 4;
#endif
  template <auto body, class T>
  static void run(const TileCall<T>& call) {
    body(call);
  }
};

#ifdef __x86_64__
struct Avx2 {
  static constexpr int bytes = 32, tallest = 6;  // 12 sums, 2 of w and one of x in 16 registers
  template <auto body, class T>
  [[gnu::target("avx2,fma")]] static void run(const TileCall<T>& call) {
    body(call);
  }
};

struct Avx512 {
  static constexpr int bytes = 64, tallest = 12;  // 24 sums, 2 of w and one of x in 32 registers
  template <auto body, class T>
  [[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma")]] static void run(
      const TileCall<T>& call) {
    body(call);
  }
};
#endif

/// Fewer heights do where speed with few rows counts less than the time of the compiler.
constexpr bool is_needed(int rows, int tallest) {
  return rows == 1 || rows == 4 || rows == tallest || rows == 8;
}

/// Tile is a template of <T, bytes of a vector, rows, vectors>.
template <template <class, int, int, int> class Tile, class T, class Machine, bool all_heights>
constexpr void add_tiles(Tiles<T>& tiles) {
  tiles.lanes = Machine::bytes / Index(sizeof(T));
  const auto add = [&]<int rows>(std::integral_constant<int, rows>) {
    if constexpr (rows <= Machine::tallest && (all_heights || is_needed(rows, Machine::tallest))) {
      tiles.high[std::size_t(tiles.kinds)] = rows;
      tiles.tile[tiles.kinds][0] = &Machine::template run<Tile<T, Machine::bytes, rows, 1>{}, T>;
      tiles.tile[tiles.kinds++][1] = &Machine::template run<Tile<T, Machine::bytes, rows, 2>{}, T>;
    }
  };
  [&]<std::size_t... h>(std::index_sequence<h...>) {
    (add(std::integral_constant<int, heights[h]>()), ...);
  }
  (std::make_index_sequence<heights.size()>());
}

template <class T, class Machine>
inline constexpr Tiles<T> plain_tiles = [] {
  Tiles<T> tiles;
  add_tiles<RegisterTile, T, Machine, sizeof(T) == 4>(tiles);
  tiles.row[0] = &Machine::template run<OneRow<T, Machine::bytes, 1>{}, T>;
  tiles.row[1] = &Machine::template run<OneRow<T, Machine::bytes, 2>{}, T>;
  tiles.row_in_blocks[0] = &Machine::template run<RowInBlocks<T, Machine::bytes, 1>{}, T>;
  tiles.row_in_blocks[1] = &Machine::template run<RowInBlocks<T, Machine::bytes, 2>{}, T>;
  return tiles;
}();

/// Of weights in bfloat16, taken apart.
template <class Machine>
inline constexpr Tiles<float> apart_tiles = [] {
  Tiles<float> tiles;
  add_tiles<ApartTile, float, Machine, false>(tiles);
  for (int v = 0; v < 2; ++v) tiles.row[v] = tiles.tile[0][v];
  tiles.group = tiles.beside = tiles.weight = 2;
  tiles.round = &round_to_floats;
  return tiles;
}();

#ifdef __x86_64__
struct Avx512Pairs : Avx512 {
  template <auto body, class T>
  static void run(const TileCall<T>& call) {
    body(call);
  }
};
inline constexpr Tiles<float> pairs_tiles = [] {
  Tiles<float> tiles;
  add_tiles<PairsTile, float, Avx512Pairs, false>(tiles);
  tiles.row[0] = &pairs_row<1>, tiles.row[1] = &pairs_row<2>;
  tiles.group = tiles.beside = tiles.weight = tiles.copy = 2;
  tiles.round = &round_to_pairs;
  return tiles;
}();
inline constexpr Tiles<float> amx_tiles = [] {
  Tiles<float> tiles;
  tiles.lanes = 16, tiles.kinds = 2, tiles.high = {16, 32};
  for (auto* row : {tiles.tile[0], tiles.row}) row[0] = &amx_tile<1, 1>, row[1] = &amx_tile<1, 2>;
  tiles.tile[1][0] = &amx_tile<2, 1>, tiles.tile[1][1] = &amx_tile<2, 2>;
  tiles.group = 32, tiles.beside = tiles.weight = tiles.copy = 2, tiles.whole = true;
  tiles.round = &round_to_pairs;
  return tiles;
}();
#endif

template <class T>
const Tiles<T>& tiles(InstructionSet set, Element weights = element_of<T>) {
  using enum InstructionSet;
  if constexpr (sizeof(T) == 4)
    if (weights == Element::bfloat16) {
#ifdef __x86_64__
      if (set == amx && amx_is_granted()) return amx_tiles;
      if (set >= avx512_bf16) return pairs_tiles;
      if (set == avx512) return apart_tiles<Avx512>;
      if (set == avx2) return apart_tiles<Avx2>;
#endif
      return apart_tiles<Portable>;
    }
#ifdef __x86_64__
  if (set >= avx512) return plain_tiles<T, Avx512>;
  if (set == avx2) return plain_tiles<T, Avx2>;
#endif
  return plain_tiles<T, Portable>;
}

}  // namespace tenon::detail
