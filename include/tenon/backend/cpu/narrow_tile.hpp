// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tile of narrow products: where y has ten columns, a vector of them would be half empty, so
/// that vectors run along k instead, of x as it lies and of columns of w.
///   y[r,n] = sum over k of x[r,k] * w[k,n]:  a sum for each lane, which are then added across
/// One sum is made in one order, in a tile of any height and of a product of any number of rows.
#include <atomic>
#include <utility>

#include <tenon/backend/cpu/tiles.hpp>

namespace tenon::detail {

inline constexpr int narrow_columns = 10;  // of the only panel; two rows of them fill 20 registers

/// Sums of neighbours: of a, then of b.
template <class V, int... i>
[[gnu::always_inline]] inline void add_neighbours(V& sums, const V& a, const V& b,
                                                  std::integer_sequence<int, i...>) {
  sums = __builtin_shufflevector(a, b, 2 * i...) + __builtin_shufflevector(a, b, 2 * i + 1 ...);
}

/// @pre w: of each column as many k beside each other as a vector has lanes; depth: whole vectors
template <class T, int bytes, int rows>
struct NarrowTile {
  using V = Lanes<T, bytes>;
  static constexpr int lanes = bytes / int(sizeof(T)), width = narrow_columns;
  static constexpr int vectors = (width + lanes - 1) / lanes;  // of a row of y

  /// From now on the first one has the sum of each of 2 n.
  template <int n>
  [[gnu::always_inline]] static void add_across(V (&sums)[lanes]) {
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i)
      add_neighbours(sums[i], sums[2 * i], sums[2 * i + 1],
                     std::make_integer_sequence<int, lanes>());
    if constexpr (n > 1) add_across<n / 2>(sums);
  }

  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    V sums[rows][vectors][lanes] = {};
    const T *x = static_cast<const T*>(call.x), *w = static_cast<const T*>(call.w);
    const Index pitch = call.x_pitch;
    for (Index k = call.depth; k > 0; k -= lanes, x += lanes, w += width * lanes) {
      V p[rows];
#pragma GCC unroll 2
      for (int r = 0; r < rows; ++r) {
        load(p[r], x + r * pitch);
        __builtin_prefetch(x + (rows + r) * pitch);
      }
#pragma GCC unroll 16
      for (int n = 0; n < width; ++n) {
        V q;
        load(q, w + n * lanes);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // not loaded again for each row
#pragma GCC unroll 2
        for (int r = 0; r < rows; ++r) sums[r][n / lanes][n % lanes] += p[r] * q;
      }
    }
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      constexpr int last = width - (vectors - 1) * lanes;
      const std::size_t part = std::size_t(v + 1 < vectors ? lanes : last) * sizeof(T);
      V bias = {};
      if (call.bias) std::memcpy(&bias, call.bias + v * lanes, part);
#pragma GCC unroll 2
      for (int r = 0; r < rows; ++r) {
        T* const y = call.y + r * call.y_pitch + v * lanes;
        add_across<lanes / 2>(sums[r][v]);
        V sum = sums[r][v][0];
        if (!call.first) {
          V before = {};
          std::memcpy(&before, y, part);
          sum = before + sum;
        }
        if (call.bias) sum += bias;
        if (call.relu) sum = sum < V{} ? V{} : sum;  // NaN stays
        std::memcpy(y, &sum, part);
      }
    }
  }
};

#ifdef __x86_64__
template <class Machine>
inline constexpr Tiles<float> narrow_tiles = [] {
  Tiles<float> tiles;
  tiles.lanes = narrow_columns, tiles.kinds = 1, tiles.high = {1, 2};
  tiles.group = tiles.beside = Machine::bytes / int(sizeof(float));
  tiles.tile[0][0] = tiles.row[0] =
      &Machine::template run<NarrowTile<float, Machine::bytes, 1>{}, float>;
  if constexpr (Machine::tallest > 6) {  // has registers for two rows
    tiles.tile[1][0] = &Machine::template run<NarrowTile<float, Machine::bytes, 2>{}, float>;
    tiles.kinds = 2;
  }
  return tiles;
}();
#endif

/// For a matrix of so many columns: narrow ones where others' vectors would be emptier.
template <class T>
const Tiles<T>& tiles_for(Index columns, InstructionSet set, Element weights) {
  const Tiles<T>& wide = tiles<T>(set, weights);
#ifdef __x86_64__
  if constexpr (sizeof(T) == 4) {
    const Index filled = (columns + wide.lanes - 1) / wide.lanes * wide.lanes;
    if (set >= InstructionSet::avx2 && weights == Element::float32 && columns <= narrow_columns &&
        filled > narrow_columns)
      return set == InstructionSet::avx2 ? narrow_tiles<Avx2> : narrow_tiles<Avx512>;
  }
#endif
  return wide;
}

}  // namespace tenon::detail
