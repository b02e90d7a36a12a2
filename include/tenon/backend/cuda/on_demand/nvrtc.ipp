// SPDX-License-Identifier: Apache-2.0
#pragma once
/// NVRTC, looked for when it is first called.
#include <tenon/backend/cuda/on_demand/cuda_library.hpp>

using tenon::detail::CudaLibrary, tenon::detail::cuda_function, tenon::detail::cuda_library_error;

nvrtcResult nvrtcVersion(int* major, int* minor) {
  static const auto f = cuda_function<decltype(&nvrtcVersion)>(CudaLibrary::nvrtc, "nvrtcVersion");
  return f ? f(major, minor) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* text, const char* name, int count,
                               const char* const* headers, const char* const* names) {
  static const auto f = cuda_function<decltype(&nvrtcCreateProgram)>(
      CudaLibrary::nvrtc, "nvrtcCreateProgram");
  return f ? f(program, text, name, count, headers, names) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  static const auto f = cuda_function<decltype(&nvrtcDestroyProgram)>(
      CudaLibrary::nvrtc, "nvrtcDestroyProgram");
  return f ? f(program) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, const char* const* options) {
  static const auto f = cuda_function<decltype(&nvrtcCompileProgram)>(
      CudaLibrary::nvrtc, "nvrtcCompileProgram");
  return f ? f(program, count, options) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, std::size_t* size) {
  static const auto f = cuda_function<decltype(&nvrtcGetProgramLogSize)>(
      CudaLibrary::nvrtc, "nvrtcGetProgramLogSize");
  return f ? f(program, size) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) {
  static const auto f = cuda_function<decltype(&nvrtcGetProgramLog)>(
      CudaLibrary::nvrtc, "nvrtcGetProgramLog");
  return f ? f(program, log) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* size) {
  static const auto f = cuda_function<decltype(&nvrtcGetCUBINSize)>(
      CudaLibrary::nvrtc, "nvrtcGetCUBINSize");
  return f ? f(program, size) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* code) {
  static const auto f = cuda_function<decltype(&nvrtcGetCUBIN)>(
      CudaLibrary::nvrtc, "nvrtcGetCUBIN");
  return f ? f(program, code) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, std::size_t* size) {
  static const auto f = cuda_function<decltype(&nvrtcGetPTXSize)>(
      CudaLibrary::nvrtc, "nvrtcGetPTXSize");
  return f ? f(program, size) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetPTX(nvrtcProgram program, char* code) {
  static const auto f = cuda_function<decltype(&nvrtcGetPTX)>(CudaLibrary::nvrtc, "nvrtcGetPTX");
  return f ? f(program, code) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  static const auto f = cuda_function<decltype(&nvrtcGetNumSupportedArchs)>(
      CudaLibrary::nvrtc, "nvrtcGetNumSupportedArchs");
  return f ? f(count) : NVRTC_ERROR_INTERNAL_ERROR;
}
nvrtcResult nvrtcGetSupportedArchs(int* all) {
  static const auto f = cuda_function<decltype(&nvrtcGetSupportedArchs)>(
      CudaLibrary::nvrtc, "nvrtcGetSupportedArchs");
  return f ? f(all) : NVRTC_ERROR_INTERNAL_ERROR;
}
const char* nvrtcGetErrorString(nvrtcResult code) {
  static const auto f =
      cuda_function<decltype(&nvrtcGetErrorString)>(CudaLibrary::nvrtc, "nvrtcGetErrorString");
  return f ? f(code) : cuda_library_error(CudaLibrary::nvrtc);
}
