// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Loops over rows of pictures, compiled for each instruction set as the tiles are:
///   copied:  y[i, j] = x[i, j]
///   pooled:  y[i, j] = x[2 i, 2 j], x[2 i, 2 j + 1], x[2 i + 1, 2 j] and x[2 i + 1, 2 j + 1] as
///   one
/// A row's last vector overlaps the one before, so that nothing is read or written behind it.
#include <limits>

#include <tenon/backend/cpu/tiles.hpp>

namespace tenon::detail {

/// NaN if either is.
struct Largest {
  template <class T>
  static constexpr T nothing = -std::numeric_limits<T>::infinity();
  template <class V>
  [[gnu::always_inline]] static void add(V& largest, const V& x) {
    largest = x > largest ? x : largest;
    largest = x == x ? largest : x;
  }
};
struct Sum {
  template <class T>
  static constexpr T nothing = 0;
  template <class V>
  [[gnu::always_inline]] static void add(V& sum, const V& x) {
    sum += x;
  }
};

/// What V row(j) does for each vector of a row of n numbers: of the widest that it fills.
template <class T, int bytes>
[[gnu::always_inline]] inline void by_vectors(Index n, auto&& row) {
  constexpr Index lanes = bytes / Index(sizeof(T));
  if constexpr (lanes == 1) {
    for (Index j = 0; j < n; ++j) row.template operator()<T>(j);
  } else {
    if (n < lanes) return by_vectors<T, bytes / 2>(n, row);
    Index j = 0;
    for (; j + lanes <= n; j += lanes) row.template operator()<Lanes<T, bytes>>(j);
    if (j < n) row.template operator()<Lanes<T, bytes>>(n - lanes);
  }
}

/// Of a call: `rows` rows of `depth` numbers each.
template <class T, int bytes>
struct CopiedPart {
  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    const T* x = static_cast<const T*>(call.x);
    T* y = call.y;
    for (Index i = call.rows; i > 0; --i, x += call.x_pitch, y += call.y_pitch)
      by_vectors<T, bytes>(
          call.depth, [&]<class V>(Index j) __attribute__((always_inline)) {
            V v;
            load(v, x + j);
            store(v, y + j);
          });
  }
};

/// Of a call: `rows` rows of y of `depth` numbers each; rows of x lie `x_pitch` apart.
template <class T, int bytes, class Fold>
struct PooledPart {
  template <class V, int... i>
  [[gnu::always_inline]] static void fold_neighbours(V& y, const V& a, const V& b,
                                                     std::integer_sequence<int, i...>) {
    y = __builtin_shufflevector(a, b, 2 * i...);
    const V odd = __builtin_shufflevector(a, b, 2 * i + 1 ...);
    Fold::add(y, odd);
  }
  template <class V>
  [[gnu::always_inline]] static void fold_rows(V& v, const T* x, Index pitch) {
    V below;
    load(v, x);
    load(below, x + pitch);
    Fold::add(v, below);
  }
  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    const T* x = static_cast<const T*>(call.x);
    T* y = call.y;
    const Index pitch = call.x_pitch;
    for (Index i = call.rows; i > 0; --i, x += 2 * pitch, y += call.y_pitch)
      by_vectors<T, bytes>(
          call.depth, [&]<class V>(Index j) __attribute__((always_inline)) {
            constexpr int lanes = int(sizeof(V) / sizeof(T));
            V left, right, all;
            fold_rows(left, x + 2 * j, pitch);
            fold_rows(right, x + 2 * j + lanes, pitch);
            if constexpr (lanes == 1) all = left, Fold::add(all, right);
            else fold_neighbours(all, left, right, std::make_integer_sequence<int, lanes>());
            store(all, y + j);
          });
  }
};

template <class T>
struct PictureLoops {
  using Function = void (*)(const TileCall<T>&);
  Function copied, largest, sum;  // the latter pooled
  Function pooled(Largest) const { return largest; }
  Function pooled(Sum) const { return sum; }
};
template <class T, class Machine>
inline constexpr PictureLoops<T> picture_loops_of = {
    &Machine::template run<CopiedPart<T, Machine::bytes>{}, T>,
    &Machine::template run<PooledPart<T, Machine::bytes, Largest>{}, T>,
    &Machine::template run<PooledPart<T, Machine::bytes, Sum>{}, T>};

template <class T>
const PictureLoops<T>& picture_loops(InstructionSet set) {
#ifdef __x86_64__
  if (set >= InstructionSet::avx512) return picture_loops_of<T, Avx512>;
  if (set == InstructionSet::avx2) return picture_loops_of<T, Avx2>;
#endif
  return picture_loops_of<T, Portable>;
}

}  // namespace tenon::detail
