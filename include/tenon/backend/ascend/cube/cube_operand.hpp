// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the cube's tiles read: a chunk of k of L0A (zz) or L0B (zn) in doubles, and how far its
/// numbers lie apart.
///   spread of {1.5, 0.25, 0} == 2: exponents 0 and -2; zeros say nothing
/// Where the spreads of a step of both sides and their digits fit into 53 bits, its sum is exact.
#include <algorithm>

#include <tenon/backend/ascend/cube/cube_numbers.hpp>
#include <tenon/backend/ascend/cube/cube_tile.hpp>

namespace tenon::detail {

/// Of each lane: the largest size, and the smallest that is not zero, less one; as bits of floats.
template <int bytes>
struct Spreads {
  using Bits = Lanes<std::uint32_t, bytes>;
  Bits largest = Bits{}, smallest = ~Bits{};

  [[gnu::always_inline]] void add(const Lanes<float, bytes>& x) {
    Bits size;
    load(size, &x);
    size &= 0x7fffffff;
    largest = size > largest ? size : largest;
    smallest = size - 1 < smallest ? size - 1 : smallest;
  }
};

/// The exponents between them. @param least  no number has bits below those of this exponent's
[[gnu::always_inline]] inline int exponents(std::uint32_t largest, std::uint32_t smallest,
                                            int least) {
  if (largest == 0) return 0;
  return std::max(int(largest >> 23), least) - std::max(int((smallest + 1) >> 23), least);
}

/// So many numbers of k from `first` on, of a matrix of `all`; zeros behind them up to a step.
struct CubeChunk {
  Index all, first, count;
  Index steps() const { return (count + cube_step - 1) / cube_step; }
};

template <int bytes>
[[gnu::always_inline]] inline void store_doubles(const Lanes<float, bytes>& x, double* to) {
  const auto wide = __builtin_convertvector(x, Lanes<double, 2 * bytes>);
  store(wide, to);
}

/// Row m of L0A, [m1, k1, 16, C0]; the spread of each step.
template <int bytes, Element element>
[[gnu::always_inline]] inline void read_row(const void* l0a, Index m, const CubeChunk& chunk,
                                            double* to, int* spreads) {
  using Numbers = CubeNumbers<element>;
  using Type = typename Numbers::Type;
  constexpr int width = 32 / int(sizeof(Type)), lanes = bytes / 4;
  const auto* a = static_cast<const Type*>(l0a);
  const Index across = (chunk.all + width - 1) / width;
  a += m / 16 * across * 16 * width + m % 16 * width + chunk.first * 16;
  for (Index step = 0; step < chunk.steps(); ++step, to += cube_step, ++spreads) {
    const Index left = chunk.count - step * cube_step;
    alignas(64) Type row[cube_step];
    for (int at = 0; at < cube_step; at += width)
      if (at < left) std::memcpy(row + at, a + (step * cube_step + at) * 16, 32);
    for (Index k = left; k < cube_step; ++k) row[k] = Type();
    Spreads<bytes> spread;
    for (int k = 0; k < cube_step; k += lanes) {
      Lanes<float, bytes> x;
      Numbers::template to_floats<bytes>(row + k, x);
      spread.add(x);
      store_doubles<bytes>(x, to + k);
    }
    std::uint32_t largest = 0, smallest = 0xffffffff;
    for (int i = 0; i < lanes; ++i) {
      largest = std::max<std::uint32_t>(largest, spread.largest[i]);
      smallest = std::min<std::uint32_t>(smallest, spread.smallest[i]);
    }
    *spreads = exponents(largest, smallest, Numbers::least);
  }
}

/// 16 columns of L0B, [k1, n1, 16, C0], as rows of k; the spread of each step and column.
template <int bytes, Element element>
[[gnu::always_inline]] inline void read_columns(const void* l0b, Index n1, Index columns,
                                                const CubeChunk& chunk, double* to, int* spreads) {
  using Numbers = CubeNumbers<element>;
  using Type = typename Numbers::Type;
  constexpr int width = 32 / int(sizeof(Type)), lanes = bytes / 4;
  const auto* b = static_cast<const Type*>(l0b);
  b += chunk.first * columns + n1 * 16 * width;
  for (Index step = 0; step < chunk.steps(); ++step, to += cube_step * 16, spreads += 16) {
    const Index left = chunk.count - step * cube_step;
    alignas(64) Type rows[cube_step * 16];
    for (int at = 0; at < cube_step; at += width)
      if (at < left) turn_fractal(b + (step * cube_step + at) * columns, rows + at * 16);
    for (Index k = left; k < cube_step; ++k) std::fill_n(rows + k * 16, 16, Type());
    for (int n = 0; n < 16; n += lanes) {
      Spreads<bytes> spread;
      for (int k = 0; k < cube_step; ++k) {
        Lanes<float, bytes> x;
        Numbers::template to_floats<bytes>(rows + k * 16 + n, x);
        spread.add(x);
        store_doubles<bytes>(x, to + k * 16 + n);
      }
      for (int i = 0; i < lanes; ++i)
        spreads[n + i] = exponents(spread.largest[i], spread.smallest[i], Numbers::least);
    }
  }
}

}  // namespace tenon::detail
