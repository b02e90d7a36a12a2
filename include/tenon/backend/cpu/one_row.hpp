// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One row of y = x w: each number of w is read once and used once, so that only the speed of
/// memory counts. Four sums run beside each other (k, k + 1, k + 2, k + 3), for a sum alone would
/// wait for each of its additions; panel after panel, w is read in the order in which it lies
/// there.
#include <tenon/backend/cpu/register_tile.hpp>

namespace tenon::detail {

inline constexpr int chains = 4;
inline constexpr Index ahead = 2048;  // bytes; the panels before its end are read on from there

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
    const auto add = [&](int i) __attribute__((always_inline)) {
      const V p = x[i] - V{};
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        V q;
        load(q, w + i * width + v * lanes);
        parts.c[i][v] += p * q;
        __builtin_prefetch(reinterpret_cast<const char*>(w + i * width + v * lanes) + ahead, 0, 3);
      }
    };
    Index k = call.depth;
    for (; k >= chains; k -= chains, x += chains, w += chains * width) {
#pragma GCC unroll 4
      for (int i = 0; i < chains; ++i) add(i);
    }
    if (k > 0) add(0);
    if (k > 1) add(1);
    if (k > 2) add(2);
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v)
      sum.c[0][v] += (parts.c[0][v] + parts.c[1][v]) + (parts.c[2][v] + parts.c[3][v]);
    sum.end(call);
  }
};

}  // namespace tenon::detail
