// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One row of y = x w whose sums are added in blocks of k and joined as one tree: some blocks run
/// beside each other, for a sum alone would wait for each of its additions.
#include <tenon/backend/cpu/register_tile.hpp>

namespace tenon::detail {

/// @pre one sum is left of the blocks.
template <class T, int bytes, int vectors>
struct RowInBlocks {
  using V = Lanes<T, bytes>;
  static constexpr Index lanes = bytes / Index(sizeof(T)), width = vectors * lanes;

  /// Blocks from `first` on, so many beside each other.
  template <int count>
  [[gnu::always_inline]] static void add(const TileCall<T>& call, std::size_t first, V (*sums)[2]) {
    const Index* ends = call.blocks->ends.data() + first;
    const T *x[count], *w[count];
    Index depth = call.depth, begins[count];
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i) {
      begins[i] = first + std::size_t(i) > 0 ? ends[i - 1] : 0;
      depth = ends[i] - begins[i] < depth ? ends[i] - begins[i] : depth;
      x[i] = static_cast<const T*>(call.x) + begins[i];
      w[i] = static_cast<const T*>(call.w) + begins[i] * width;
    }
    V c[count][vectors] = {};
    const auto step = [&](int i, Index k) __attribute__((always_inline)) {
      const V p = x[i][k] - V{};
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        V q;
        load(q, w[i] + k * width + v * lanes);
        c[i][v] += p * q;
      }
    };
    for (Index k = 0; k < depth; ++k)
#pragma GCC unroll 4
      for (int i = 0; i < count; ++i) step(i, k);
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i) {
      for (Index k = depth; k < ends[i] - begins[i]; ++k) step(i, k);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) sums[i][v] = c[i][v];
    }
  }

  [[gnu::always_inline]] void operator()(const TileCall<T>& call) const {
    V waiting[sum_tree_depth][2], made[4][2];
    int count = 0;
    const std::size_t blocks = call.blocks->ends.size();
    for (std::size_t b = 0, n; b < blocks; b += n) {
      n = blocks - b >= 4 ? 4 : blocks - b;
      if (n == 4) add<4>(call, b, made);
      else if (n == 3) add<3>(call, b, made);
      else if (n == 2) add<2>(call, b, made);
      else add<1>(call, b, made);
      for (std::size_t i = 0; i < n; ++i, ++count) {
        for (int v = 0; v < vectors; ++v) waiting[count][v] = made[i][v];
        for (int joins = call.blocks->joins[b + i]; joins > 0; --joins, --count)
          for (int v = 0; v < vectors; ++v)
            waiting[count - 1][v] = waiting[count - 1][v] + waiting[count][v];
      }
    }
    Sums<T, bytes, 1, vectors> sum;
    for (int v = 0; v < vectors; ++v) sum.c[0][v] = waiting[0][v];
    sum.end(call);
  }
};

}  // namespace tenon::detail
