// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tiles, compiled for each instruction set in one program: what is inlined into a function with
/// [[gnu::target]] becomes its instructions. One table of functions is chosen when weights are packed.
#include <array>
#include <utility>

#include <tenon/backend/cpu/instruction_set.hpp>
#include <tenon/backend/cpu/one_row.hpp>

namespace tenon::detail {

/// Heights of tiles; a product's rows are put together from them. The lower ones serve the rest.
inline constexpr std::array<int, 6> heights{1, 2, 4, 6, 8, 12};

template <class T>
struct Tiles {
  using Function = void (*)(const TileCall<T>&);
  Index lanes = 0;    // numbers in a vector
  int tallest = 0;    // of `heights`, by its place
  Function tile[heights.size()][2] = {};  // [height][vectors - 1]
  Function row[2] = {};                   // of a product of one row
};

/// Vectors of 16 bytes: every processor's.
struct Portable {
  static constexpr int bytes = 16;
#ifdef __aarch64__
  static constexpr int tallest = 12;  // 32 registers
#else
  static constexpr int tallest = 4;
#endif
  template <class T, int rows, int vectors>
  static void tile(const TileCall<T>& call) {
    register_tile<T, bytes, rows, vectors>(call);
  }
  template <class T, int vectors>
  static void row(const TileCall<T>& call) {
    one_row<T, bytes, vectors>(call);
  }
};

#ifdef __x86_64__
struct Avx2 {
  static constexpr int bytes = 32, tallest = 6;  // 12 sums, 2 of w and one of x in 16 registers
  template <class T, int rows, int vectors>
  [[gnu::target("avx2,fma")]] static void tile(const TileCall<T>& call) {
    register_tile<T, bytes, rows, vectors>(call);
  }
  template <class T, int vectors>
  [[gnu::target("avx2,fma")]] static void row(const TileCall<T>& call) {
    one_row<T, bytes, vectors>(call);
  }
};

struct Avx512 {
  static constexpr int bytes = 64, tallest = 12;  // 24 sums, 2 of w and one of x in 32 registers
  template <class T, int rows, int vectors>
  [[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma")]] static void tile(
      const TileCall<T>& call) {
    register_tile<T, bytes, rows, vectors>(call);
  }
  template <class T, int vectors>
  [[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,fma")]] static void row(
      const TileCall<T>& call) {
    one_row<T, bytes, vectors>(call);
  }
};
#endif

template <class T, class Machine>
constexpr Tiles<T> tiles_of() {
  Tiles<T> tiles;
  tiles.lanes = Machine::bytes / Index(sizeof(T));
  const auto fill = [&]<std::size_t... h>(std::index_sequence<h...>) {
    const auto one = [&]<int at>() {
      if constexpr (heights[at] <= Machine::tallest) {
        tiles.tallest = at;
        tiles.tile[at][0] = &Machine::template tile<T, heights[at], 1>;
        tiles.tile[at][1] = &Machine::template tile<T, heights[at], 2>;
      }
    };
    (one.template operator()<int(h)>(), ...);
  };
  fill(std::make_index_sequence<heights.size()>());
  tiles.row[0] = &Machine::template row<T, 1>;
  tiles.row[1] = &Machine::template row<T, 2>;
  return tiles;
}
template <class T, class Machine>
inline constexpr Tiles<T> machine_tiles = tiles_of<T, Machine>();

template <class T>
const Tiles<T>& tiles(InstructionSet set) {
#ifdef __x86_64__
  if (set >= InstructionSet::avx512) return machine_tiles<T, Avx512>;
  if (set == InstructionSet::avx2) return machine_tiles<T, Avx2>;
#endif
  return (void)set, machine_tiles<T, Portable>;
}

}  // namespace tenon::detail
