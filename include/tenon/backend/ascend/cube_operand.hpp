// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the cube's tiles read: a chunk of k of L0A (zz) or L0B (zn) in doubles, and how far its
/// numbers lie apart.
///   spread of {1.5, 0.25, 0} == 2: exponents 0 and -2; zeros say nothing
/// Where the spreads of a step of both sides and their digits fit into 53 bits, its sum is exact.
#include <cstring>

#include <tenon/backend/ascend/cube_tile.hpp>
#include <tenon/backend/ascend/rounding_rows.hpp>
#include <tenon/core/element.hpp>

namespace tenon::detail {

/// The exponents of 16 sizes: largest less smallest, of those that are not zero.
struct Spread {
  std::uint32_t largest = 0, smallest = 0xffffffff;  // as bits of floats; one less

  [[gnu::always_inline]] void add(float x) {
    const std::uint32_t size = std::bit_cast<std::uint32_t>(x) & 0x7fffffff;
    largest = size > largest ? size : largest;
    smallest = size - 1 < smallest ? size - 1 : smallest;
  }
  /// @param least  no number has bits below those of this exponent's
  [[gnu::always_inline]] int exponents(int least) const {
    if (largest == 0) return 0;
    const int low = int((smallest + 1) >> 23);
    const int high = int(largest >> 23);
    return (high > least ? high : least) - (low > least ? low : least);
  }
};

template <Element element>
struct CubeNumbers;
template <>
struct CubeNumbers<Element::float16> {
  using Type = std::uint16_t;
  static constexpr int digits = 11, least = 127 - 14;
  [[gnu::always_inline]] static void to_floats(const Type* from, int n, float* to) {
    from_float16s(from, n, to);
  }
};
template <>
struct CubeNumbers<Element::bfloat16> {
  using Type = std::uint16_t;
  static constexpr int digits = 8, least = 1;
  [[gnu::always_inline]] static void to_floats(const Type* from, int n, float* to) {
    for (int i = 0; i < n; ++i) to[i] = std::bit_cast<float>(std::uint32_t(from[i]) << 16);
  }
};
template <>
struct CubeNumbers<Element::float32> {
  using Type = float;
  static constexpr int digits = 24, least = 1;
  [[gnu::always_inline]] static void to_floats(const Type* from, int n, float* to) {
    std::memcpy(to, from, std::size_t(n) * sizeof(float));
  }
};

/// So many numbers of k from `first` on, of a matrix of `all`; zeros behind them up to a step.
struct CubeChunk {
  Index all, first, count;
  Index steps() const { return (count + cube_step - 1) / cube_step; }
};

/// Row m of L0A, [m1, k1, 16, C0]; the spread of each step.
template <Element element>
[[gnu::always_inline]] inline void read_row(const void* l0a, Index m, const CubeChunk& chunk,
                                            double* to, int* spreads) {
  using Numbers = CubeNumbers<element>;
  constexpr int width = 32 / int(sizeof(typename Numbers::Type));
  const auto* a = static_cast<const typename Numbers::Type*>(l0a);
  const Index across = (chunk.all + width - 1) / width;
  a += m / 16 * across * 16 * width + m % 16 * width + chunk.first * 16;
  for (Index step = 0; step < chunk.steps(); ++step, to += cube_step, ++spreads) {
    alignas(64) float row[cube_step];
    for (int at = 0; at < cube_step && step * cube_step + at < chunk.count; at += width)
      Numbers::to_floats(a + (step * cube_step + at) * 16, width, row + at);
    const Index left = chunk.count - step * cube_step;
    for (Index k = left; k < cube_step; ++k) row[k] = 0;
    Spread spread;
    for (int k = 0; k < cube_step; ++k) spread.add(row[k]), to[k] = double(row[k]);
    *spreads = spread.exponents(Numbers::least);
  }
}

/// 16 columns of L0B, [k1, n1, 16, C0], as rows of k; the spread of each step and column.
template <Element element>
[[gnu::always_inline]] inline void read_columns(const void* l0b, Index n1, Index columns,
                                                const CubeChunk& chunk, double* to, int* spreads) {
  using Numbers = CubeNumbers<element>;
  constexpr int width = 32 / int(sizeof(typename Numbers::Type));
  const auto* b = static_cast<const typename Numbers::Type*>(l0b);
  b += chunk.first * columns + n1 * 16 * width;
  for (Index step = 0; step < chunk.steps(); ++step, to += cube_step * 16, spreads += 16) {
    alignas(64) float fractal[16 * width], rows[cube_step][16];
    for (int at = 0; at < cube_step && step * cube_step + at < chunk.count; at += width) {
      Numbers::to_floats(b + (step * cube_step + at) * columns, 16 * width, fractal);
      for (int k = 0; k < width; ++k)
        for (int n = 0; n < 16; ++n) rows[at + k][n] = fractal[n * width + k];
    }
    for (Index k = chunk.count - step * cube_step; k < cube_step; ++k)
      std::memset(rows[k], 0, sizeof(rows[k]));
    Spread spread[16];
    for (int k = 0; k < cube_step; ++k)
      for (int n = 0; n < 16; ++n) spread[n].add(rows[k][n]), to[k * 16 + n] = double(rows[k][n]);
    for (int n = 0; n < 16; ++n) spreads[n] = spread[n].exponents(Numbers::least);
  }
}

}  // namespace tenon::detail
