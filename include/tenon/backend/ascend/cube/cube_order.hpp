// SPDX-License-Identifier: Apache-2.0
#pragma once
/// In which order the cube adds, and where it rounds. What the silicon does inside a step of 16 is
/// not public; float16 results differ between these orders in fewer than one number of 200.
///   step16: c = round(c + exact sum of 16 products), step after step
#include <tenon/backend/ascend/cube/cube_order_name.hpp>
#include <tenon/backend/ascend/cube/cube_tile.hpp>
#include <tenon/backend/ascend/cube/exact_sum.hpp>

namespace tenon {

namespace detail {

/// The law of one step of one number, for any floats: c + a[0] b[0] + a[1] b[16] + ...
/// A sum of infinities or NaN is what any order makes of it; a sum of zeros is +0.
inline float exact_step(float c, const double* a, const double* b, int terms, bool rounds_step) {
  ExactSum exact;
  double plain = 0;
  for (int k = 0; k < terms; ++k) plain += a[k] * b[16 * k];
  if (!(plain - plain == 0) || !(c - c == 0)) return float(double(c) + plain);
  for (int k = 0; k < terms; ++k) exact.add(a[k] * b[16 * k]);
  if (rounds_step) return c + exact.rounded();
  exact.add(c);
  return exact.rounded();
}

}  // namespace detail
}  // namespace tenon
