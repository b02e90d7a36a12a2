// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Makes C++ for the host of the kernels' text, which follows; and a list of its kernels.
#include <cmath>
#include <cstring>

#include "pretended.hpp"
#include "threads.hpp"

extern pretended_uint3 blockIdx, threadIdx, blockDim, gridDim;
void pretended_barrier();

#undef __global__
#undef __device__
#undef __shared__
#define __global__
#define __device__ static inline
#define __shared__ static
#define __syncthreads pretended_barrier

namespace pretended {

/// In bytes, of what a kernel reads through it; 0: it is no pointer.
template <class T>
constexpr std::size_t alignment_of() {
  if constexpr (!std::is_pointer_v<T>) return 0;
  else return alignof(std::remove_pointer_t<T>);
}

template <class... Arguments>
struct Caller {
  template <void (*kernel)(Arguments...)>
  static void run(void* const* arguments) {
    call<kernel>(arguments, std::index_sequence_for<Arguments...>());
  }
  template <void (*kernel)(Arguments...), std::size_t... i>
  static void call(void* const* arguments, std::index_sequence<i...>) {
    kernel(*static_cast<Arguments*>(arguments[i])...);
  }
};
template <auto kernel, class... Arguments>
Kernel listed(const char* name, bool cooperates, void (*)(Arguments...)) {
  return {name, cooperates, {alignment_of<Arguments>()...}, {sizeof(Arguments)...},
          &Caller<Arguments...>::template run<kernel>};
}

}  // namespace pretended

using std::erf, std::exp, std::log, std::pow, std::sqrt, std::tanh;
