// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One row of y = x w: each number of w is read once and used once, so that only the speed of
/// memory counts. The k of a panel are cut into four runs that are read beside each other, with a
/// sum each: a sum alone would wait for each of its additions, and memory gives more to four
/// readers than to one.
#include <tenon/backend/cpu/register_tile.hpp>

namespace tenon::detail {

inline constexpr int chains = 4;
inline constexpr Index ahead = 1024;  // bytes of each run that are fetched before they are read

template <class T, int bytes, int vectors>
struct OneRow {
  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    using V = Lanes<T, bytes>;
    constexpr Index lanes = bytes / Index(sizeof(T)), width = vectors * lanes;
    Sums<T, bytes, chains, vectors> parts;
    Sums<T, bytes, 1, vectors> sum;
    sum.begin(call);
#pragma GCC unroll 4
    for (int i = 0; i < chains; ++i)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) parts.c[i][v] = V{};
    const T *x = static_cast<const T*>(call.x), *w = static_cast<const T*>(call.w);
    const Index run = call.depth / chains;
    const auto add = [&](int i, Index k) __attribute__((always_inline)) {
      const V p = x[k] - V{};
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        const T* const at = w + k * width + v * lanes;
        V q;
        load(q, at);
        parts.c[i][v] += p * q;
        __builtin_prefetch(reinterpret_cast<const char*>(at) + ahead, 0, 3);
      }
    };
    for (Index k = 0; k < run; ++k) {
#pragma GCC unroll 4
      for (int i = 0; i < chains; ++i) add(i, i * run + k);
    }
    const Index rest = chains * run;
    if (rest < call.depth) add(0, rest);
    if (rest + 1 < call.depth) add(1, rest + 1);
    if (rest + 2 < call.depth) add(2, rest + 2);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v)
      sum.c[0][v] += (parts.c[0][v] + parts.c[1][v]) + (parts.c[2][v] + parts.c[3][v]);
    sum.end(call);
  }
};

}  // namespace tenon::detail
