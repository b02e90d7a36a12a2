// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The kernel that adds regions of several devices' memory, in CUDA C over Real.
#include <string_view>

namespace tenon::detail::cuda_text {

inline constexpr std::string_view sums = R"cuda(
// y = (x0 + x1) + x2 + ..., in this order whatever the device. at: sizes; strides in x0, x1, ...;
// strides in y; then where x0, x1, ... begin, as numbers: a kernel's arguments are as many always.
extern "C" __global__ void sum_Real(Real* y, Index n, const Index* at, int rank, int count) {
  const Index* in_y = at + (1 + count) * rank;
  const Index* x = in_y + rank;
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    Real sum = Real(0);
    #pragma unroll 1
    for (int k = 0; k < count; ++k) {
      const Real next = reinterpret_cast<const Real*>(x[k])[place_of(i, at, at + (1 + k) * rank,
                                                                     rank)];
      sum = k == 0 ? next : sum + next;
    }
    y[place_of(i, at, in_y, rank)] = sum;
  }
}
)cuda";

}  // namespace tenon::detail::cuda_text
