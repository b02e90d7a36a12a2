// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the cube is told, and its product of int8: sums of int32 modulo 2^32, exact up to a k of
/// 131071.  c[m,n] += sum over k of a[m,k] b[k,n], 32 numbers of k a step
#include <vector>

#include <tenon/backend/ascend/cube/cube_order.hpp>
#include <tenon/core/element.hpp>

namespace tenon::detail {

struct CubeCall {
  Element element = Element::float16;     // of a and b
  const void *a = nullptr, *b = nullptr;  // zz and zn
  void* c = nullptr;                      // nz of 16 x 16: float32, or int32
  Index m = 0, n = 0, k = 0;
  Index column_pitch = 0;  // numbers of c from a column of fractals to the next
  CubeOrder order = CubeOrder::step16;
};

/// Of one core.
struct CubeScratch {
  std::vector<double> a;  // rows of a chunk
  std::vector<int> spreads_a;
  alignas(64) double b[cube_chunk * 16];
  int spreads_b[cube_steps * 16];

  void reserve(Index rows) {
    if (Index(spreads_a.size()) >= rows * cube_steps) return;
    a.resize(std::size_t(rows * cube_chunk));
    spreads_a.resize(std::size_t(rows * cube_steps));
  }
};

[[gnu::always_inline]] inline void product_of_integers(const CubeCall& call) {
  constexpr int width = 32;
  const auto *a = static_cast<const std::int8_t*>(call.a),
             *b = static_cast<const std::int8_t*>(call.b);
  const Index across = (call.k + width - 1) / width, columns = (call.n + 15) / 16 * 16;
  for (Index n = 0; n < columns; ++n)
    for (Index m = 0; m < call.m; ++m) {
      std::uint32_t sum = 0;
      for (Index step = 0; step < across; ++step) {
        const std::int8_t* p = a + ((m / 16 * across + step) * 16 + m % 16) * width;
        const std::int8_t* q = b + (step * columns + n) * width;
        const Index terms = call.k - step * width < width ? call.k - step * width : width;
        int part = 0;
        if (terms == width)
          for (int k = 0; k < width; ++k) part += p[k] * q[k];
        else
          for (Index k = 0; k < terms; ++k) part += p[k] * q[k];
        sum += std::uint32_t(part);
      }
      auto& c = static_cast<std::uint32_t*>(call.c)[n / 16 * call.column_pitch + m * 16 + n % 16];
      c += sum;
    }
}

}  // namespace tenon::detail
