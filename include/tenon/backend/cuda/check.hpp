// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What CUDA's calls return, as errors that name the call:
///   check_cuda(cudaStreamCreate(&stream), "cudaStreamCreate");
#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <nvrtc.h>

#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

#if CUDART_VERSION < 12080
#error tenon/backend/cuda needs the CUDA Toolkit 12.8 or a later one, whose cudart loads kernels
#endif

namespace tenon::detail {

/// An error that is not the device's end is forgotten by CUDA, once it is told.
inline void check_cuda(cudaError_t code, std::string_view what) {
  if (code == cudaSuccess) return;
  cudaGetLastError();
  throw Error(sentence("CUDA: ", what, ": ", cudaGetErrorString(code), " (",
                       cudaGetErrorName(code), ")"));
}
inline void check_cublas(cublasStatus_t code, std::string_view what) {
  if (code == CUBLAS_STATUS_SUCCESS) return;
  throw Error(sentence("CUDA: ", what, ": ", cublasLtGetStatusString(code), " (",
                       cublasLtGetStatusName(code), ")"));
}
inline void check_nvrtc(nvrtcResult code, std::string_view what) {
  if (code == NVRTC_SUCCESS) return;
  throw Error(sentence("CUDA: ", what, ": ", nvrtcGetErrorString(code)));
}

}  // namespace tenon::detail
