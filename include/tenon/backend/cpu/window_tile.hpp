// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tile of convolutions: some channels of y, at places beside each other, stay in registers
/// while all of a window's elements run.
///   for each element k of the window: a vector or two of x[at[k] ...], and for each channel r one
///   w[k,r]:  y[r] += w[k,r] * x
/// What the windows of neighbours read are neighbours too, so that x is read as it lies.
#include <tenon/backend/cpu/tiles.hpp>

namespace tenon::detail {

/// Of a call, `x` are the weights, k after k, and `w` is the picture; the bias is one of each row.
template <class T, int bytes, int rows, int vectors>
struct WindowTile {
  using V = Lanes<T, bytes>;
  static constexpr Index lanes = bytes / Index(sizeof(T));

  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    V sums[rows][vectors];
    const T* begun = call.y;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r, begun += call.y_pitch)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v)
        if (call.first) sums[r][v] = V{};
        else load(sums[r][v], begun + v * lanes);
    const T *weights = static_cast<const T*>(call.x), *picture = static_cast<const T*>(call.w);
    const Index* at = call.at;
    for (Index k = call.depth; k > 0; --k, weights += rows, ++at) {
      V q[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) load(q[v], picture + *at + v * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) {
        const V p = weights[r] - V{};
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) sums[r][v] += p * q[v];
      }
    }
    for (int j = 0; j < call.joins; ++j) {
      const T* joined = call.joined[j];
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v, joined += lanes) {
          V sum;
          load(sum, joined);
          sums[r][v] = sum + sums[r][v];
        }
    }
    if (call.bias)
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) sums[r][v] += call.bias[r] - V{};
    if (call.relu)
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v)
          sums[r][v] = sums[r][v] < V{} ? V{} : sums[r][v];  // NaN stays
    T* y = call.y;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r, y += call.y_pitch)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) store(sums[r][v], y + v * lanes);
  }
};

template <class T, class Machine>
inline constexpr Tiles<T> window_tiles_of = [] {
  Tiles<T> tiles;
  add_tiles<WindowTile, T, Machine, sizeof(T) == 4>(tiles);
  return tiles;
}();

template <class T>
const Tiles<T>& window_tiles(InstructionSet set) {
#ifdef __x86_64__
  if (set >= InstructionSet::avx512) return window_tiles_of<T, Avx512>;
  if (set == InstructionSet::avx2) return window_tiles_of<T, Avx2>;
#endif
  return window_tiles_of<T, Portable>;
}

}  // namespace tenon::detail
