// SPDX-License-Identifier: Apache-2.0
#pragma once
/// cudart's memory of other devices and processes, looked for when it is first called.
#include <tenon/backend/cuda/on_demand/cuda_library.hpp>

using tenon::detail::CudaLibrary, tenon::detail::cuda_function, tenon::detail::cuda_library_error;

cudaError_t cudaDeviceCanAccessPeer(int* can, int device, int peer) {
  static const auto f = cuda_function<decltype(&cudaDeviceCanAccessPeer)>(
      CudaLibrary::cudart, "cudaDeviceCanAccessPeer");
  return f ? f(can, device, peer) : cudaErrorInitializationError;
}
cudaError_t cudaDeviceEnablePeerAccess(int peer, unsigned flags) {
  static const auto f = cuda_function<decltype(&cudaDeviceEnablePeerAccess)>(
      CudaLibrary::cudart, "cudaDeviceEnablePeerAccess");
  return f ? f(peer, flags) : cudaErrorInitializationError;
}
cudaError_t cudaIpcGetMemHandle(cudaIpcMemHandle_t* handle, void* data) {
  static const auto f = cuda_function<decltype(&cudaIpcGetMemHandle)>(
      CudaLibrary::cudart, "cudaIpcGetMemHandle");
  return f ? f(handle, data) : cudaErrorInitializationError;
}
cudaError_t cudaIpcOpenMemHandle(void** data, cudaIpcMemHandle_t handle, unsigned flags) {
  static const auto f = cuda_function<decltype(&cudaIpcOpenMemHandle)>(
      CudaLibrary::cudart, "cudaIpcOpenMemHandle");
  return f ? f(data, handle, flags) : cudaErrorInitializationError;
}
cudaError_t cudaIpcCloseMemHandle(void* data) {
  static const auto f = cuda_function<decltype(&cudaIpcCloseMemHandle)>(
      CudaLibrary::cudart, "cudaIpcCloseMemHandle");
  return f ? f(data) : cudaErrorInitializationError;
}
