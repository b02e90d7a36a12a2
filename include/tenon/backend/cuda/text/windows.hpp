// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels of windows that slide over pictures, in CUDA C over Real: convolutions and pools. One
/// thread makes one element of the result.
#include <string_view>

namespace tenon::detail::cuda_text {

inline constexpr std::string_view windows = R"cuda(
// With bias along the channels, if any, then the function, if any (not below 0).
extern "C" __global__ void conv2d_Real(
    const Real* x, const Real* w, const Real* bias, Real* y, Index n, Index in_channels,
    Index channels, Index height, Index width, Index out_channels, Index out_height,
    Index out_width, Index kernel_h, Index kernel_w, Index stride_h, Index stride_w, Index top,
    Index left, Index dilation_h, Index dilation_w, Index groups, int function) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Index q = i % out_width, p = i / out_width % out_height;
    const Index o = i / out_width / out_height % out_channels;
    const Index picture = i / out_width / out_height / out_channels;
    const Index first = picture * in_channels + o * groups / out_channels * channels;
    Real sum = 0;
    #pragma unroll 1
    for (Index c = 0; c < channels; ++c) {
      const Real* image = x + (first + c) * height * width;
      const Real* kernel = w + (o * channels + c) * kernel_h * kernel_w;
      Real own = 0;
      for (Index k = 0; k < kernel_h; ++k) {
        const Index row = p * stride_h - top + k * dilation_h;
        if (row < 0 || row >= height) continue;
        for (Index l = 0; l < kernel_w; ++l) {
          const Index column = q * stride_w - left + l * dilation_w;
          if (column < 0 || column >= width) continue;
          own += image[row * width + column] * kernel[k * kernel_w + l];
        }
      }
      sum += own;
    }
    if (bias) sum += bias[o];
    y[i] = function < 0 ? sum : unary(function, sum);
  }
}

// The largest of a window, or the mean: of the elements that x has, or of the border's zeros too.
extern "C" __global__ void pool_Real(const Real* x, Real* y, Index n, Index height, Index width,
                                     Index out_height, Index out_width, Index kernel_h,
                                     Index kernel_w, Index stride_h, Index stride_w, Index top,
                                     Index left, Index bottom, Index right, Index dilation_h,
                                     Index dilation_w, int average, int count_border) {
  #pragma unroll 1
  for (Index i = first_element(); i < n; i += all_threads()) {
    const Index q = i % out_width, p = i / out_width % out_height;
    const Real* image = x + i / out_width / out_height * height * width;
    Real largest = -Real(1) / Real(0), sum = 0;
    Index rows = 0, columns = 0;
    #pragma unroll 1
    for (Index k = 0; k < kernel_h; ++k) {
      const Index row = p * stride_h - top + k * dilation_h;
      const bool inside = row >= 0 && row < height;
      rows += count_border ? row < height + bottom : inside;
      if (!inside) continue;
      #pragma unroll 1
      for (Index l = 0; l < kernel_w; ++l) {
        const Index column = q * stride_w - left + l * dilation_w;
        if (column < 0 || column >= width) continue;
        const Real value = image[row * width + column];
        sum += value;
        largest = value > largest || value != value ? value : largest;
      }
    }
    #pragma unroll 1
    for (Index l = 0; l < kernel_w; ++l) {
      const Index column = q * stride_w - left + l * dilation_w;
      columns += count_border ? column < width + right : column >= 0 && column < width;
    }
    y[i] = average ? sum / Real(rows * columns) : largest;
  }
}
)cuda";

}  // namespace tenon::detail::cuda_text
