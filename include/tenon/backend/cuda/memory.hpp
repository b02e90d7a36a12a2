// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory of a device, and pinned memory of the host, freed when nobody holds them any more.
#include <memory>

#include <tenon/backend/cuda/current_device.hpp>
#include <tenon/core/dims.hpp>

namespace tenon::detail {

using CudaMemory = std::shared_ptr<std::byte>;

/// Of the current device, to the end of the process or to cudaFree.
/// @throws Error that says how much there is.
inline std::byte* lasting_device_memory(Index bytes) {
  void* data = nullptr;
  const cudaError_t code = cudaMalloc(&data, std::size_t(bytes));
  if (code == cudaErrorMemoryAllocation) {
    std::size_t free = 0, total = 0;
    cudaGetLastError();
    cudaMemGetInfo(&free, &total);
    throw Error(sentence("CUDA: the device has no memory for ", bytes, " bytes: ", free, " of ",
                         total, " are free"));
  }
  check_cuda(code, "cudaMalloc");
  return static_cast<std::byte*>(data);
}
/// Whichever device the thread works on.
inline void free_on(int device, std::byte* memory) noexcept {
  on_device(device, [&] { return cudaFree(memory); });
}
inline CudaMemory device_memory(Index bytes) {
  if (bytes == 0) return {};
  int device = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  return {lasting_device_memory(bytes), [device](std::byte* memory) { free_on(device, memory); }};
}

/// Pinned: copies from and to the device need no copy more.
inline CudaMemory pinned_memory(Index bytes) {
  if (bytes == 0) return {};
  void* data = nullptr;
  check_cuda(cudaHostAlloc(&data, std::size_t(bytes), cudaHostAllocDefault),
             sentence("cudaHostAlloc of ", bytes, " bytes of pinned memory"));
  return {static_cast<std::byte*>(data), [](std::byte* memory) { cudaFreeHost(memory); }};
}

}  // namespace tenon::detail
