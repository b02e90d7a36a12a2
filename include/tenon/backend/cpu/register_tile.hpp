// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The register tile: some rows of y = x w, a panel of columns wide, stays in registers while k
/// runs.
///   for each k: a vector or two of w[k], and for each row r one x[r,k]:  y[r] += x[r,k] * w[k]
/// Each load of w serves all rows and each x all columns of the panel, so that the processor
/// multiplies twice in each cycle and waits for no load. One sum is one chain in the order of k.
#include <tenon/backend/cpu/vectors.hpp>
#include <tenon/core/sum_tree.hpp>

namespace tenon::detail {

/// What a tile is computed from. `x` and `w` hold single numbers, or pairs of bfloat16.
template <class T>
struct TileCall {
  const void* x;  // a row after `x_pitch` elements, k after k
  const void* w;  // the panel: k after k
  const T* bias;  // none
  T* y;           // a row after `y_pitch` elements
  Index x_pitch, depth, y_pitch, rows;
  bool first, relu;  // begins at zero instead of y; ends with ReLU
  const char* next;  // what is read after this panel, and how much of it to fetch at each k
  Index next_step;
  const T* joined[sum_tree_depth];  // sums of such tiles, as wide as the panel, that this one is
                                    // added to
  int joins;
  const SumBlocks* blocks;  // of a tile that adds in all of them
  const Index* at;          // of windows: where in w each k begins
};

/// Sums of a tile of `rows` rows and `vectors` vectors.
template <class T, int bytes, int rows, int vectors>
struct Sums {
  using V = Lanes<T, bytes>;
  static constexpr Index lanes = bytes / Index(sizeof(T));
  V c[rows][vectors];

  [[gnu::always_inline]] void begin(const TileCall<T>& call) {
    const T* y = call.y;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r, y += call.y_pitch)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v)
        if (call.first) c[r][v] = V{};
        else load(c[r][v], y + v * lanes);
  }

  [[gnu::always_inline]] void end(const TileCall<T>& call) {
    for (int j = 0; j < call.joins; ++j)
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
          V sum;
          load(sum, call.joined[j] + (r * vectors + v) * lanes);
          c[r][v] = sum + c[r][v];
        }
    if (call.bias)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        V bias;
        load(bias, call.bias + v * lanes);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) c[r][v] += bias;
      }
    if (call.relu)
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) c[r][v] = c[r][v] < V{} ? V{} : c[r][v];  // NaN stays
    T* y = call.y;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r, y += call.y_pitch)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) store(c[r][v], y + v * lanes);
  }
};

template <class T, int bytes, int rows, int vectors>
struct RegisterTile {
  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    using V = Lanes<T, bytes>;
    constexpr Index lanes = bytes / Index(sizeof(T));
    Sums<T, bytes, rows, vectors> sums;
    sums.begin(call);
    const T *x = static_cast<const T*>(call.x), *w = static_cast<const T*>(call.w);
    const char* next = call.next;
    const Index pitch = call.x_pitch, next_step = call.next_step;
    for (Index k = call.depth; k > 0; --k) {
      V q[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        load(q[v], w + v * lanes);
        if (vectors > 1) __builtin_prefetch(next + v * bytes, 0, 2);
      }
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) {
        const V p = x[r * pitch] - V{};
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) sums.c[r][v] += p * q[v];
      }
      ++x, w += vectors * lanes, next += next_step;
    }
    sums.end(call);
  }
};

}  // namespace tenon::detail
