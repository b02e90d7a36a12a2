// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cube's types as vectors of floats, and a fractal turned:
///   CubeNumbers<Element::float16>::to_floats<64>(fractal, floats)   16 numbers at once
#include <cstdint>

#include <tenon/backend/cpu/vectors.hpp>
#include <tenon/core/element.hpp>

namespace tenon::detail {

/// 16 bits in the upper half of 32, whatever they are.
template <int bytes>
[[gnu::always_inline]] inline void widen(const std::uint16_t* from,
                                         Lanes<std::uint32_t, bytes>& to) {
  Lanes<std::uint16_t, bytes / 2> half;
  load(half, from);
  to = __builtin_convertvector(half, Lanes<std::uint32_t, bytes>);
}

template <Element element>
struct CubeNumbers;

template <>
struct CubeNumbers<Element::float16> {
  using Type = std::uint16_t;
  static constexpr int digits = 11, least = 127 - 14;  // no number has bits below this exponent's
  template <int bytes>
  [[gnu::always_inline]] static void to_floats(const Type* from, Lanes<float, bytes>& to) {
    using Bits = Lanes<std::uint32_t, bytes>;
    Bits bits;
    widen<bytes>(from, bits);
    const Bits sign = (bits & 0x8000) << 16, size = bits & 0x7fff;
    const Bits shifted = size << 13, endless = Bits(size > 0x7bff) & 0x7f800000;
    load(to, &shifted);
    to *= 0x1p112f;  // the exponent was 112 too small
    load(bits, &to);
    bits |= sign | endless;
    load(to, &bits);
  }
};

template <>
struct CubeNumbers<Element::bfloat16> {
  using Type = std::uint16_t;
  static constexpr int digits = 8, least = 1;
  template <int bytes>
  [[gnu::always_inline]] static void to_floats(const Type* from, Lanes<float, bytes>& to) {
    Lanes<std::uint32_t, bytes> bits;
    widen<bytes>(from, bits);
    bits <<= 16;
    load(to, &bits);
  }
};

template <>
struct CubeNumbers<Element::float32> {
  using Type = float;
  static constexpr int digits = 24, least = 1;
  template <int bytes>
  [[gnu::always_inline]] static void to_floats(const Type* from, Lanes<float, bytes>& to) {
    load(to, from);
  }
};

/// 8 rows of 8 numbers of a fractal of 16 become columns.
[[gnu::always_inline]] inline void turn_eighth(const std::uint16_t* from, std::uint16_t* to) {
  using V = Lanes<std::uint16_t, 16>;
  V rows[8], next[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) load(rows[i], from + i * 16);
#pragma GCC unroll 3
  for (int round = 0; round < 3; ++round) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      next[2 * i] = __builtin_shufflevector(rows[i], rows[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
      next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) rows[i] = next[i];
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) store(rows[i], to + i * 16);
}

/// [n, k] of L0B becomes [k, n]: of float32 only 8 rows of it.
[[gnu::always_inline]] inline void turn_fractal(const std::uint16_t* from, std::uint16_t* to) {
  for (int n = 0; n < 16; n += 8)
    for (int k = 0; k < 16; k += 8) turn_eighth(from + n * 16 + k, to + k * 16 + n);
}
[[gnu::always_inline]] inline void turn_fractal(const float* from, float* to) {
  for (int k = 0; k < 8; ++k)
    for (int n = 0; n < 16; ++n) to[k * 16 + n] = from[n * 8 + k];
}

}  // namespace tenon::detail
