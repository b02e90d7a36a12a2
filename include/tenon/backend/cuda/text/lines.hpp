// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels along lines of a block, in CUDA C over Real: softmax, norms, sums. A block of threads
/// works on one line, and adds in a tree that is the same in every run.
/// at: sizes and strides of the lines' beginnings, then of a line's elements.
#include <string_view>

namespace tenon::detail::cuda_text {

inline constexpr std::string_view lines = R"cuda(
__device__ Real sum_of_all(Real own, Real* shared) {
  shared[threadIdx.x] = own;
  __syncthreads();
  #pragma unroll 1
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    __syncthreads();
  }
  const Real all = shared[0];
  __syncthreads();
  return all;
}
__device__ Real largest_of_all(Real own, Real* shared) {
  shared[threadIdx.x] = own;
  __syncthreads();
  #pragma unroll 1
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half && shared[threadIdx.x + half] > shared[threadIdx.x])
      shared[threadIdx.x] = shared[threadIdx.x + half];
    __syncthreads();
  }
  const Real all = shared[0];
  __syncthreads();
  return all;
}

// exp(x - max) / sum, or x - max - log(sum).
extern "C" __global__ void softmax_Real(const Real* x, Real* y, Index lines, Index n,
                                        const Index* at, int outer, int inner, int logarithm) {
  __shared__ Real shared[256];
  const Index* inside = at + 2 * outer;
  #pragma unroll 1
  for (Index line = blockIdx.x; line < lines; line += gridDim.x) {
    const Index first = place_of(line, at, at + outer, outer);
    Real largest = -Real(1) / Real(0), sum = 0;
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x) {
      const Real value = x[first + place_of(i, inside, inside + inner, inner)];
      largest = value > largest ? value : largest;
    }
    largest = largest_of_all(largest, shared);
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x)
      sum += exp(x[first + place_of(i, inside, inside + inner, inner)] - largest);
    sum = sum_of_all(sum, shared);
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x) {
      const Index place = first + place_of(i, inside, inside + inner, inner);
      y[place] = logarithm ? x[place] - largest - log(sum) : exp(x[place] - largest) / sum;
    }
  }
}

extern "C" __global__ void l2_normalize_Real(const Real* x, Real* y, Index lines, Index n,
                                             const Index* at, int outer, int inner,
                                             double epsilon) {
  __shared__ Real shared[256];
  const Index* inside = at + 2 * outer;
  #pragma unroll 1
  for (Index line = blockIdx.x; line < lines; line += gridDim.x) {
    const Index first = place_of(line, at, at + outer, outer);
    Real sum = 0;
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x) {
      const Real value = x[first + place_of(i, inside, inside + inner, inner)];
      sum += value * value;
    }
    sum = sum_of_all(sum, shared);
    const Real least = Real(epsilon), scale = 1 / sqrt(sum < least ? least : sum);
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x) {
      const Index place = first + place_of(i, inside, inside + inner, inner);
      y[place] = x[place] * scale;
    }
  }
}

// y[line] = sum / divisor.
extern "C" __global__ void reduce_Real(const Real* x, Real* y, Index lines, Index n,
                                       const Index* at, int outer, int inner, double divisor) {
  __shared__ Real shared[256];
  const Index* inside = at + 2 * outer;
  #pragma unroll 1
  for (Index line = blockIdx.x; line < lines; line += gridDim.x) {
    const Index first = place_of(line, at, at + outer, outer);
    Real sum = 0;
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x)
      sum += x[first + place_of(i, inside, inside + inner, inner)];
    sum = sum_of_all(sum, shared);
    if (threadIdx.x == 0) y[line] = sum / Real(divisor);
  }
}

extern "C" __global__ void layer_norm_Real(const Real* x, const Real* gamma, const Real* beta,
                                           Real* y, Index rows, Index n, Index scales,
                                           Index shifts, double epsilon) {
  __shared__ Real shared[256];
  #pragma unroll 1
  for (Index row = blockIdx.x; row < rows; row += gridDim.x) {
    const Index first = row * n;
    Real sum = 0, squares = 0;
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x) sum += x[first + i];
    const Real mean = sum_of_all(sum, shared) / Real(n);
    #pragma unroll 1
    for (Index i = threadIdx.x; i < n; i += blockDim.x)
      squares += (x[first + i] - mean) * (x[first + i] - mean);
    const Real scale = 1 / sqrt(sum_of_all(squares, shared) / Real(n) + Real(epsilon));
    #pragma unroll 1
    for (Index i = first + threadIdx.x; i < first + n; i += blockDim.x)
      y[i] = (x[i] - mean) * scale * gamma[i % scales] + beta[i % shifts];
  }
}
)cuda";

}  // namespace tenon::detail::cuda_text
