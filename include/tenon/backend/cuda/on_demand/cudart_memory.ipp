// SPDX-License-Identifier: Apache-2.0
#pragma once
/// cudart's devices, memory and copies, looked for when they are first called.
#include <tenon/backend/cuda/on_demand/cuda_library.hpp>

using tenon::detail::CudaLibrary, tenon::detail::cuda_function, tenon::detail::cuda_library_error;

cudaError_t cudaGetDeviceCount(int* count) {
  static const auto f = cuda_function<decltype(&cudaGetDeviceCount)>(
      CudaLibrary::cudart, "cudaGetDeviceCount");
  return f ? f(count) : cudaErrorInitializationError;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  static const auto f = cuda_function<decltype(&cudaGetDeviceProperties)>(
      CudaLibrary::cudart, CUDART_VERSION < 13000 ?
          "cudaGetDeviceProperties_v2" : "cudaGetDeviceProperties");
  return f ? f(properties, device) : cudaErrorInitializationError;
}
cudaError_t cudaGetDevice(int* device) {
  static const auto f = cuda_function<decltype(&cudaGetDevice)>(
      CudaLibrary::cudart, "cudaGetDevice");
  return f ? f(device) : cudaErrorInitializationError;
}
cudaError_t cudaGetDriverEntryPointByVersion(const char* name, void** function, unsigned version,
                                             unsigned long long flags,
                                             cudaDriverEntryPointQueryResult* found) {
  using Function = cudaError_t (*)(const char*, void**, unsigned, unsigned long long,
                                   cudaDriverEntryPointQueryResult*);
  static const auto f =
      cuda_function<Function>(CudaLibrary::cudart, "cudaGetDriverEntryPointByVersion");
  return f ? f(name, function, version, flags, found) : cudaErrorInitializationError;
}
cudaError_t cudaSetDevice(int device) {
  static const auto f = cuda_function<decltype(&cudaSetDevice)>(
      CudaLibrary::cudart, "cudaSetDevice");
  return f ? f(device) : cudaErrorInitializationError;
}
cudaError_t cudaDriverGetVersion(int* version) {
  static const auto f = cuda_function<decltype(&cudaDriverGetVersion)>(
      CudaLibrary::cudart, "cudaDriverGetVersion");
  return f ? f(version) : cudaErrorInitializationError;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  static const auto f = cuda_function<decltype(&cudaRuntimeGetVersion)>(
      CudaLibrary::cudart, "cudaRuntimeGetVersion");
  return f ? f(version) : cudaErrorInitializationError;
}
cudaError_t cudaGetLastError() {
  static const auto f = cuda_function<decltype(&cudaGetLastError)>(
      CudaLibrary::cudart, "cudaGetLastError");
  return f ? f() : cudaErrorInitializationError;
}
cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  static const auto f = cuda_function<decltype(&cudaMalloc)>(CudaLibrary::cudart, "cudaMalloc");
  return f ? f(data, bytes) : cudaErrorInitializationError;
}
cudaError_t cudaFree(void* data) {
  static const auto f = cuda_function<decltype(&cudaFree)>(CudaLibrary::cudart, "cudaFree");
  return f ? f(data) : cudaErrorInitializationError;
}
cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned flags) {
  static const auto f = cuda_function<decltype(&cudaHostAlloc)>(
      CudaLibrary::cudart, "cudaHostAlloc");
  return f ? f(data, bytes, flags) : cudaErrorInitializationError;
}
cudaError_t cudaFreeHost(void* data) {
  static const auto f = cuda_function<decltype(&cudaFreeHost)>(CudaLibrary::cudart, "cudaFreeHost");
  return f ? f(data) : cudaErrorInitializationError;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  static const auto f = cuda_function<decltype(&cudaMemGetInfo)>(
      CudaLibrary::cudart, "cudaMemGetInfo");
  return f ? f(free, total) : cudaErrorInitializationError;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaMemcpyAsync)>(
      CudaLibrary::cudart, "cudaMemcpyAsync");
  return f ? f(to, from, bytes, kind, stream) : cudaErrorInitializationError;
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaMemsetAsync)>(
      CudaLibrary::cudart, "cudaMemsetAsync");
  return f ? f(to, value, bytes, stream) : cudaErrorInitializationError;
}
const char* cudaGetErrorName(cudaError_t code) {
  static const auto f =
      cuda_function<decltype(&cudaGetErrorName)>(CudaLibrary::cudart, "cudaGetErrorName");
  return f ? f(code) : cuda_library_error(CudaLibrary::cudart);
}
const char* cudaGetErrorString(cudaError_t code) {
  static const auto f =
      cuda_function<decltype(&cudaGetErrorString)>(CudaLibrary::cudart, "cudaGetErrorString");
  return f ? f(code) : cuda_library_error(CudaLibrary::cudart);
}
