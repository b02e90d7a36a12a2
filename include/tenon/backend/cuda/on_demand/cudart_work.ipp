// SPDX-License-Identifier: Apache-2.0
#pragma once
/// cudart's streams, graphs, events and kernels, looked for when they are first called.
#include <tenon/backend/cuda/on_demand/cuda_library.hpp>

using tenon::detail::CudaLibrary, tenon::detail::cuda_function, tenon::detail::cuda_library_error;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  static const auto f = cuda_function<decltype(&cudaStreamCreateWithFlags)>(
      CudaLibrary::cudart, "cudaStreamCreateWithFlags");
  return f ? f(stream, flags) : cudaErrorInitializationError;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaStreamDestroy)>(
      CudaLibrary::cudart, "cudaStreamDestroy");
  return f ? f(stream) : cudaErrorInitializationError;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaStreamSynchronize)>(
      CudaLibrary::cudart, "cudaStreamSynchronize");
  return f ? f(stream) : cudaErrorInitializationError;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  static const auto f = cuda_function<decltype(&cudaStreamBeginCapture)>(
      CudaLibrary::cudart, "cudaStreamBeginCapture");
  return f ? f(stream, mode) : cudaErrorInitializationError;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  static const auto f = cuda_function<decltype(&cudaStreamEndCapture)>(
      CudaLibrary::cudart, "cudaStreamEndCapture");
  return f ? f(stream, graph) : cudaErrorInitializationError;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph,
                                 unsigned long long flags) {
  static const auto f = cuda_function<decltype(&cudaGraphInstantiate)>(
      CudaLibrary::cudart, "cudaGraphInstantiate");
  return f ? f(made, graph, flags) : cudaErrorInitializationError;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  static const auto f = cuda_function<decltype(&cudaGraphDestroy)>(
      CudaLibrary::cudart, "cudaGraphDestroy");
  return f ? f(graph) : cudaErrorInitializationError;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  static const auto f = cuda_function<decltype(&cudaGraphExecDestroy)>(
      CudaLibrary::cudart, "cudaGraphExecDestroy");
  return f ? f(graph) : cudaErrorInitializationError;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaGraphLaunch)>(
      CudaLibrary::cudart, "cudaGraphLaunch");
  return f ? f(graph, stream) : cudaErrorInitializationError;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  static const auto f = cuda_function<decltype(&cudaEventCreate)>(
      CudaLibrary::cudart, "cudaEventCreate");
  return f ? f(event) : cudaErrorInitializationError;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  static const auto f = cuda_function<decltype(&cudaEventCreateWithFlags)>(
      CudaLibrary::cudart, "cudaEventCreateWithFlags");
  return f ? f(event, flags) : cudaErrorInitializationError;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  static const auto f = cuda_function<decltype(&cudaEventDestroy)>(
      CudaLibrary::cudart, "cudaEventDestroy");
  return f ? f(event) : cudaErrorInitializationError;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaEventRecord)>(
      CudaLibrary::cudart, "cudaEventRecord");
  return f ? f(event, stream) : cudaErrorInitializationError;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  static const auto f = cuda_function<decltype(&cudaEventSynchronize)>(
      CudaLibrary::cudart, "cudaEventSynchronize");
  return f ? f(event) : cudaErrorInitializationError;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  static const auto f = cuda_function<decltype(&cudaEventElapsedTime)>(
      CudaLibrary::cudart, "cudaEventElapsedTime");
  return f ? f(milliseconds, start, end) : cudaErrorInitializationError;
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  static const auto f = cuda_function<decltype(&cudaLaunchHostFunc)>(
      CudaLibrary::cudart, "cudaLaunchHostFunc");
  return f ? f(stream, function, data) : cudaErrorInitializationError;
}
cudaError_t cudaLaunchKernel(const void* kernel, dim3 grid, dim3 block, void** arguments,
                             std::size_t shared, cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cudaLaunchKernel)>(
      CudaLibrary::cudart, "cudaLaunchKernel");
  return f ? f(kernel, grid, block, arguments, shared, stream) : cudaErrorInitializationError;
}
cudaError_t cudaLibraryLoadData(cudaLibrary_t* library, const void* code, cudaJitOption* jit,
                                void** jit_values, unsigned jits, cudaLibraryOption* options,
                                void** values, unsigned count) {
  static const auto f = cuda_function<decltype(&cudaLibraryLoadData)>(
      CudaLibrary::cudart, "cudaLibraryLoadData");
  return f ? f(library, code, jit, jit_values, jits, options, values, count) :
               cudaErrorInitializationError;
}
cudaError_t cudaLibraryUnload(cudaLibrary_t library) {
  static const auto f = cuda_function<decltype(&cudaLibraryUnload)>(
      CudaLibrary::cudart, "cudaLibraryUnload");
  return f ? f(library) : cudaErrorInitializationError;
}
cudaError_t cudaLibraryGetKernel(cudaKernel_t* kernel, cudaLibrary_t library, const char* name) {
  static const auto f = cuda_function<decltype(&cudaLibraryGetKernel)>(
      CudaLibrary::cudart, "cudaLibraryGetKernel");
  return f ? f(kernel, library, name) : cudaErrorInitializationError;
}
