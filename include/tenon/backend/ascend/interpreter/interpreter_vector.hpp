// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `calculate` and the way out of L0C: rows of numbers, function by function.
///   calculate(i, a, b, to, overflow)   take_out(i, l0c, to)
#include <tenon/backend/ascend/format/formats.hpp>
#include <tenon/backend/ascend/interpreter/vector_functions.hpp>

namespace tenon::detail {

/// A sum begins with its row's first number; every addition is rounded to float32.
inline float vector_over_row(AscendFunction function, const float* x, Index n) {
  float result = n > 0 ? x[0] : 0;
  for (Index i = 1; i < n; ++i)
    if (function == AscendFunction::sum_row) result += x[i];
    else result = result < x[i] ? x[i] : result;
  return result;
}

/// m rows of n numbers; of a function over a row m numbers, one a row.
inline RoundingCounts calculate(const AscendInstruction& i, const std::byte* a, const std::byte* b,
                                std::byte* to, OverflowMode overflow) {
  constexpr Index most = 512;
  const bool over_row = is_over_row(i.function), flushes = flushes_subnormals(i.function);
  const Index from_each = bytes(i.from), into_each = bytes(i.into);
  const Index from = (i.stride_from ? i.stride_from : i.n) * from_each;
  const Index into = (i.stride_to ? i.stride_to : over_row ? 1 : i.n) * into_each;
  RoundingCounts counts;
  alignas(64) float x[most], y[most];
  for (Index r = 0; r < i.m; ++r) {
    float result = 0;
    if (b && i.spreads_b) {
      read_floats(i.from, b + r * from_each, 1, y);
      std::fill_n(y, std::min<Index>(most, i.n), y[0]);
    }
    for (Index first = 0; first < i.n; first += most) {
      const Index n = std::min(most, i.n - first);
      read_floats(i.from, a + r * from + first * from_each, n, x);
      if (over_row) {
        const float part = vector_over_row(i.function, x, n);
        if (first == 0) result = part;
        else
          result = i.function == AscendFunction::sum_row ? result + part : std::max(result, part);
        continue;
      }
      if (b && !i.spreads_b)
        read_floats(i.from, b + (i.repeats_b ? 0 : r * from) + first * from_each, n, y);
      if (flushes) flush_subnormals(i.from, x, n);
      vector_row(i.function, x, b ? y : nullptr, i.scalar, n, x);
      if (flushes) flush_subnormals(i.into, x, n);
      counts += write_floats(i.into, x, n, overflow, to + r * into + first * into_each);
    }
    if (over_row) counts += write_floats(i.into, &result, 1, overflow, to + r * into);
  }
  return counts;
}

/// m rows of n become n rows of m, number by number as they are.
inline void turn_rows(const AscendInstruction& i, const std::byte* a, std::byte* to) {
  const Index each = bytes(i.from), from = i.stride_from ? i.stride_from : i.n;
  const Index into = i.stride_to ? i.stride_to : i.m;
  for (Index r = 0; r < i.m; ++r)
    for (Index c = 0; c < i.n; ++c)
      std::memcpy(to + (c * into + r) * each, a + (r * from + c) * each, std::size_t(each));
}

/// int32 has no floats between: add, max, relu and copy, modulo 2^32.
inline void calculate_whole(const AscendInstruction& i, const std::int32_t* a,
                            const std::int32_t* b, std::int32_t* to) {
  const Index from = i.stride_from ? i.stride_from : i.n, into = i.stride_to ? i.stride_to : i.n;
  for (Index r = 0; r < i.m; ++r)
    for (Index c = 0; c < i.n; ++c) {
      const Index second = i.spreads_b ? r : (i.repeats_b ? 0 : r * from) + c;
      const std::int32_t x = a[r * from + c], y = b ? b[second] : 0;
      std::int32_t& z = to[r * into + c];
      if (i.function == AscendFunction::add) z = std::int32_t(std::uint32_t(x) + std::uint32_t(y));
      else if (i.function == AscendFunction::max) z = std::max(x, y);
      else if (i.function == AscendFunction::relu) z = std::max(x, 0);
      else if (i.function == AscendFunction::copy) z = x;
      else throw Error("of int32 the vector unit adds, takes the larger, and copies alone");
    }
}

/// L0C, nz of 16 x 16, to rows or fractals of 16 numbers; float16 and bfloat16 saturate always.
inline RoundingCounts take_out(const AscendInstruction& i, const std::byte* l0c, std::byte* to) {
  const Index each = bytes(i.into), tall = (i.m + 15) / 16 * 16;
  const bool rows = i.to_format == AscendFormat::nd;
  const Index stride = i.stride_to ? i.stride_to : rows ? i.n : tall * 16;
  RoundingCounts counts;
  alignas(64) float numbers[16];
  for (Index c = 0; c < i.n; c += 16) {
    const Index n = rows ? std::min<Index>(16, i.n - c) : 16;
    for (Index r = 0; r < (rows ? i.m : tall); ++r) {
      const std::byte* from = l0c + (c * tall + r * 16) * 4;
      std::byte* row = to + (rows ? r * stride + c : c / 16 * stride + r * 16) * each;
      if (i.from == i.into && !i.relu) {
        std::memcpy(row, from, std::size_t(n * each));
      } else if (i.from == Element::int32) {
        for (Index k = 0; k < n; ++k)
          reinterpret_cast<std::int32_t*>(row)[k] =
              std::max(reinterpret_cast<const std::int32_t*>(from)[k], 0);
      } else {
        const auto* sums = reinterpret_cast<const float*>(from);
        for (Index k = 0; k < n; ++k) numbers[k] = i.relu && sums[k] < 0 ? 0 : sums[k];
        const bool as_it_is = i.into == Element::float32;
        counts += write_floats(i.into, numbers, n,
                               as_it_is ? OverflowMode::infinity : OverflowMode::saturate, row);
      }
    }
  }
  return counts;
}

}  // namespace tenon::detail
