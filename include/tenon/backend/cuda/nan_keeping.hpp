// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether a product's activation keeps NaN, asked of the device: a maximum with 0 makes 0 of it,
/// and would hide what went wrong before. A product times NaN is NaN all over, whatever its
/// operands.
///   product.keep([&](std::size_t way) { return keeps_nan(product, way, call, count, machine); });
#include <cmath>
#include <cstring>

#include <tenon/backend/cuda/machine.hpp>
#include <tenon/backend/cuda/product.hpp>

namespace tenon::detail {

/// The result is overwritten. @param count of its elements, of float32. False where it fails.
inline bool keeps_nan(CudaProduct& product, std::size_t way, CudaProduct::Call call, Index count,
                      CudaMachine& machine) {
  const CudaMemory here = pinned_memory(2 * sizeof(float));
  call.factor = std::nanf("");
  try {
    product.run(way, call);
  } catch (const Error&) {
    return false;
  }
  const auto* result = static_cast<const float*>(call.c);
  machine.download(here.get(), result, sizeof(float));
  machine.download(here.get() + sizeof(float), result + count - 1, sizeof(float));
  machine.wait();
  float ends[2];
  std::memcpy(ends, here.get(), sizeof ends);
  return std::isnan(ends[0]) && std::isnan(ends[1]);
}

}  // namespace tenon::detail
