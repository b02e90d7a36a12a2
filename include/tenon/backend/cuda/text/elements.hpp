// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels that work element by element, in CUDA C over Real:  y[i] = f(x[i]), y[i] = f(a[i], b[i])
/// Where elements lie is sizes and strides in the device's memory, because arguments are scalars.
/// Loops are not unrolled where that would only make the compiler slow.
#include <string_view>

namespace tenon::detail::cuda_text {

/// What all kernels use.
inline constexpr std::string_view common = R"cuda(
typedef long long Index;
typedef int int32;
typedef long long int64;
typedef unsigned char Word8;
typedef unsigned short Word16;
typedef unsigned int Word32;
typedef unsigned long long Word64;

__device__ Index first_element() { return blockIdx.x * (Index)blockDim.x + threadIdx.x; }
__device__ Index all_threads() { return gridDim.x * (Index)blockDim.x; }

// Where element i of a row-major block of these sizes lies under strides.
__device__ Index place_of(Index i, const Index* sizes, const Index* strides, int rank) {
  Index place = 0;
  #pragma unroll 1
  for (int d = rank - 1; d > 0; --d) {
    place += i % sizes[d] * strides[d];
    i /= sizes[d];
  }
  return rank > 0 ? place + i * strides[0] : 0;
}
)cuda";

inline constexpr std::string_view elements = R"cuda(
extern "C" __global__ void unary_Real(const Real* x, Real* y, Index n, int function) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) y[i] = unary(function, x[i]);
}

// at: sizes, strides of a, strides of b.
extern "C" __global__ void binary_Real(const Real* a, const Real* b, Real* y, Index n,
                                       int function, const Index* at, int rank) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads())
    y[i] = binary(function, a[place_of(i, at, at + rank, rank)],
                  b[place_of(i, at, at + 2 * rank, rank)]);
}

// at: sizes, strides of the condition, of a, of b.
extern "C" __global__ void select_Real(const Real* condition, const Real* a, const Real* b, Real* y,
                                       Index n, const Index* at, int rank) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads())
    y[i] = condition[place_of(i, at, at + rank, rank)] != Real(0)
               ? a[place_of(i, at, at + 2 * rank, rank)]
               : b[place_of(i, at, at + 3 * rank, rank)];
}

// y + bias along the channels, each of `inner` elements; then the function. Null: no bias.
extern "C" __global__ void finish_Real(Real* y, const Real* bias, Index n, Index inner,
                                       Index channels, int function) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Real sum = bias ? y[i] + bias[i / inner % channels] : y[i];
    y[i] = function < 0 ? sum : unary(function, sum);
  }
}
)cuda";

inline constexpr std::string_view conversions = R"cuda(
// To nearest, ties to even; NaN stays NaN.
extern "C" __global__ void to_bfloat16(const float* x, Word16* y, Index n) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Word32 bits = reinterpret_cast<const Word32*>(x)[i];
    const Word32 rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    y[i] = Word16((bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded);
  }
}

extern "C" __global__ void to_float16(const float* x, Word16* y, Index n) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Word32 all = reinterpret_cast<const Word32*>(x)[i];
    const Word32 sign = all >> 16 & 0x8000, size = all & 0x7fffffff;
    const bool normal = size >= 0x38800000;
    const Word32 fraction = normal ? size - (112u << 23) : (size & 0x7fffff) | 0x800000;
    const int shift = normal || size < 0x33000000 ? 13 : 126 - int(size >> 23);
    const Word32 half = 1u << (shift - 1), odd = fraction >> shift & 1;
    Word32 number = (fraction + half - 1 + odd) >> shift;
    if (size < 0x33000000) number = 0;
    if (size >= 0x477ff000) number = 0x7c00;
    if (size > 0x7f800000) number = 0x7e00 | (size >> 13 & 0x3ff);
    y[i] = Word16(sign | number);
  }
}
)cuda";

}  // namespace tenon::detail::cuda_text
