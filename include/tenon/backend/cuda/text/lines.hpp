// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels along lines of a block, in CUDA C over Real: softmax, norms, sums. A block of threads
/// works on one line, and adds in a tree that is the same in every run.
/// at: sizes and strides of the lines' beginnings, then of a line's elements.
#include <string_view>

namespace tenon::detail::cuda_text {

/// What they share, over any type.
inline constexpr std::string_view lines_common = R"cuda(
// Each line in turn, of this block of threads.
template <class Do>
__device__ void each_line(Index lines, Do what) {
  #pragma unroll 1
  for (Index line = blockIdx.x; line < lines; line += gridDim.x) what(line);
}
// Each of n elements of a line, of this thread.
template <class Do>
__device__ void each_element(Index n, Do what) {
  #pragma unroll 1
  for (Index i = threadIdx.x; i < n; i += blockDim.x) what(i);
}
// Where elements of a line are, in a block of any strides.
struct Line {
  Index first;
  const Index* inside;
  int inner;
};
__device__ Line line_of(Index line, const Index* at, int outer, int inner) {
  return Line{place_of(line, at, at + outer, outer), at + 2 * outer, inner};
}
__device__ Index place_in(const Line& line, Index i) {
  return line.first + place_of(i, line.inside, line.inside + line.inner, line.inner);
}

// Of all threads of the block, halved until one is left: join(a, b).
template <class Number, class Join>
__device__ Number joined_by_all(Number own, Number* shared, Join join) {
  shared[threadIdx.x] = own;
  __syncthreads();
  #pragma unroll 1
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half)
      shared[threadIdx.x] = join(shared[threadIdx.x], shared[threadIdx.x + half]);
    __syncthreads();
  }
  const Number all = shared[0];
  __syncthreads();
  return all;
}
template <class Number>
__device__ Number sum_by_all(Number own, Number* shared) {
  return joined_by_all(own, shared, [](Number a, Number b) { return a + b; });
}
)cuda";

inline constexpr std::string_view lines = R"cuda(
// exp(x - max) / sum, or x - max - log(sum).
extern "C" __global__ void softmax_Real(const Real* x, Real* y, Index lines, Index n,
                                        const Index* at, int outer, int inner, int logarithm) {
  __shared__ Real shared[256];
  each_line(lines, [=](Index number) {
    const Line line = line_of(number, at, outer, inner);
    Real largest = -Real(1) / Real(0), sum = 0;
    each_element(n, [&](Index i) {
      const Real value = x[place_in(line, i)];
      largest = value > largest ? value : largest;
    });
    largest = joined_by_all(largest, shared, [](Real a, Real b) { return b > a ? b : a; });
    each_element(n, [&](Index i) { sum += exp(x[place_in(line, i)] - largest); });
    sum = sum_by_all(sum, shared);
    each_element(n, [&](Index i) {
      const Index place = place_in(line, i);
      const Real less = x[place] - largest;
      y[place] = logarithm ? less - log(sum) : exp(less) / sum;
    });
  });
}

extern "C" __global__ void l2_normalize_Real(const Real* x, Real* y, Index lines, Index n,
                                             const Index* at, int outer, int inner,
                                             double epsilon) {
  __shared__ Real shared[256];
  each_line(lines, [=](Index number) {
    const Line line = line_of(number, at, outer, inner);
    Real sum = 0;
    each_element(n, [&](Index i) {
      const Real value = x[place_in(line, i)];
      sum += value * value;
    });
    sum = sum_by_all(sum, shared);
    const Real least = Real(epsilon), scale = 1 / sqrt(sum < least ? least : sum);
    each_element(n, [&](Index i) {
      const Index place = place_in(line, i);
      y[place] = x[place] * scale;
    });
  });
}

// y[line] = sum / divisor.
extern "C" __global__ void reduce_Real(const Real* x, Real* y, Index lines, Index n,
                                       const Index* at, int outer, int inner, double divisor) {
  __shared__ Real shared[256];
  each_line(lines, [=](Index number) {
    const Line line = line_of(number, at, outer, inner);
    Real sum = 0;
    each_element(n, [&](Index i) { sum += x[place_in(line, i)]; });
    sum = sum_by_all(sum, shared);
    if (threadIdx.x == 0) y[number] = sum / Real(divisor);
  });
}

// The largest; NaN where one is.
extern "C" __global__ void reduce_max_Real(const Real* x, Real* y, Index lines, Index n,
                                           const Index* at, int outer, int inner, int) {
  __shared__ Real shared[256];
  each_line(lines, [=](Index number) {
    const Line line = line_of(number, at, outer, inner);
    const auto larger = [](Real a, Real b) { return a > b || a != a ? a : b; };
    Real largest = -Real(1) / Real(0);
    each_element(n, [&](Index i) { largest = larger(largest, x[place_in(line, i)]); });
    largest = joined_by_all(largest, shared, larger);
    if (threadIdx.x == 0) y[number] = largest;
  });
}

extern "C" __global__ void layer_norm_Real(const Real* x, const Real* gamma, const Real* beta,
                                           Real* y, Index rows, Index n, Index scales,
                                           Index shifts, double epsilon) {
  __shared__ Real shared[256];
  each_line(rows, [=](Index row) {
    const Index first = row * n;
    Real sum = 0, squares = 0;
    each_element(n, [&](Index i) { sum += x[first + i]; });
    const Real mean = sum_by_all(sum, shared) / Real(n);
    each_element(n, [&](Index i) {
      squares += (x[first + i] - mean) * (x[first + i] - mean);
    });
    const Real scale = 1 / sqrt(sum_by_all(squares, shared) / Real(n) + Real(epsilon));
    each_element(n, [&](Index i) {
      const Index at = first + i;
      y[at] = (x[at] - mean) * scale * gamma[at % scales] + beta[at % shifts];
    });
  });
}
)cuda";

}  // namespace tenon::detail::cuda_text
