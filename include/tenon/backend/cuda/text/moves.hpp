// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels that move elements, in CUDA C: regions of a block, rows of a table, one-hot rows.
#include <string_view>

namespace tenon::detail::cuda_text {

/// Over Word: elements of 1, 2, 4 and 8 bytes.
inline constexpr std::string_view copies = R"cuda(
// at: sizes, strides in x, strides in y.
extern "C" __global__ void copy_Word(const Word* x, Word* y, Index n, const Index* at, int rank) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads())
    y[place_of(i, at, at + 2 * rank, rank)] = x[place_of(i, at, at + rank, rank)];
}
)cuda";

/// Over Real.
inline constexpr std::string_view pads = R"cuda(
// at: sizes of y, what comes before x, sizes of x, strides in x.
extern "C" __global__ void pad_Real(const Real* x, Real* y, Index n, const Index* at, int rank,
                                    double value) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    Index rest = i, place = 0;
    bool inside = true;
    #pragma unroll 1
    for (int d = rank - 1; d >= 0; --d) {
      const Index own = rest % at[d] - at[rank + d];
      inside = inside && own >= 0 && own < at[2 * rank + d];
      place += own * at[3 * rank + d];
      rest /= at[d];
    }
    y[i] = inside ? x[place] : Real(value);
  }
}
)cuda";

/// Over Real and Integer: int32 and int64.
inline constexpr std::string_view lookups = R"cuda(
// The part of a table that begins with index `first` along its axis; zeros of other indices.
extern "C" __global__ void gather_Real_Integer(const Real* table, const Integer* indices, Real* y,
                                               Index n, Index count, Index axis, Index first,
                                               Index after) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Index row = i / after;
    const Index at = indices[row % count] - first;
    y[i] = at >= 0 && at < axis ? table[(row / count * axis + at) * after + i % after] : Real(0);
  }
}

extern "C" __global__ void cast_Real_Integer(const Integer* x, Real* y, Index n) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) y[i] = Real(x[i]);
}

extern "C" __global__ void one_hot_Real_Integer(const Integer* indices, Real* y, Index n,
                                                Index first, Index depth, Index after, double on,
                                                double off) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Index one = indices[i / after / depth * after + i % after];
    y[i] = one == i / after % depth + first ? Real(on) : Real(off);
  }
}
)cuda";

}  // namespace tenon::detail::cuda_text
