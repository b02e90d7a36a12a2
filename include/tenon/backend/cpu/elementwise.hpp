// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Loops that the compiler makes vector code of:  y = max(x, 0).
#include <tenon/core/kernel.hpp>

namespace tenon::detail {

template <class T>
void cpu_relu(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  const Index n = volume(call.output.box);
  for (Index i = 0; i < n; ++i) y[i] = x[i] < T(0) ? T(0) : x[i];
}

}  // namespace tenon::detail
