// SPDX-License-Identifier: Apache-2.0
#pragma once
/// cuBLASLt, looked for when it is first called.
#include <tenon/backend/cuda/on_demand/cuda_library.hpp>

using tenon::detail::CudaLibrary, tenon::detail::cuda_function, tenon::detail::cuda_library_error;

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  static const auto f = cuda_function<decltype(&cublasLtCreate)>(
      CudaLibrary::cublas_lt, "cublasLtCreate");
  return f ? f(handle) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  static const auto f = cuda_function<decltype(&cublasLtDestroy)>(
      CudaLibrary::cublas_lt, "cublasLtDestroy");
  return f ? f(handle) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* made, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulDescCreate)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulDescCreate");
  return f ? f(made, compute, scale) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulDescDestroy)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulDescDestroy");
  return f ? f(product) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t size) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulDescSetAttribute)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulDescSetAttribute");
  return f ? f(product, attribute, value, size) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* made, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading) {
  static const auto f = cuda_function<decltype(&cublasLtMatrixLayoutCreate)>(
      CudaLibrary::cublas_lt, "cublasLtMatrixLayoutCreate");
  return f ? f(made, type, rows, columns, leading) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  static const auto f = cuda_function<decltype(&cublasLtMatrixLayoutDestroy)>(
      CudaLibrary::cublas_lt, "cublasLtMatrixLayoutDestroy");
  return f ? f(layout) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute,
                                                const void* value, std::size_t size) {
  static const auto f = cuda_function<decltype(&cublasLtMatrixLayoutSetAttribute)>(
      CudaLibrary::cublas_lt, "cublasLtMatrixLayoutSetAttribute");
  return f ? f(layout, attribute, value, size) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* made) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulPreferenceCreate)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulPreferenceCreate");
  return f ? f(made) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulPreferenceDestroy)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulPreferenceDestroy");
  return f ? f(preference) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t size) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulPreferenceSetAttribute)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulPreferenceSetAttribute");
  return f ? f(preference, attribute, value, size) : CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t library,
                                              cublasLtMatmulDesc_t product,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int most,
                                              cublasLtMatmulHeuristicResult_t found[], int* count) {
  static const auto f = cuda_function<decltype(&cublasLtMatmulAlgoGetHeuristic)>(
      CudaLibrary::cublas_lt, "cublasLtMatmulAlgoGetHeuristic");
  return f ? f(library, product, a, b, c, d, preference, most, found, count) :
               CUBLAS_STATUS_NOT_INITIALIZED;
}
cublasStatus_t cublasLtMatmul(cublasLtHandle_t library, cublasLtMatmulDesc_t product,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                              const void* b, cublasLtMatrixLayout_t b_layout, const void* beta,
                              const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  static const auto f = cuda_function<decltype(&cublasLtMatmul)>(
      CudaLibrary::cublas_lt, "cublasLtMatmul");
  return f ? f(library, product, alpha, a, a_layout, b, b_layout, beta, c, c_layout, d, d_layout,
               algorithm, workspace, workspace_bytes, stream) : CUBLAS_STATUS_NOT_INITIALIZED;
}
const char* cublasLtGetStatusName(cublasStatus_t code) {
  using Function = decltype(&cublasLtGetStatusName);
  static const auto f = cuda_function<Function>(CudaLibrary::cublas_lt, "cublasLtGetStatusName");
  return f ? f(code) : cuda_library_error(CudaLibrary::cublas_lt);
}
const char* cublasLtGetStatusString(cublasStatus_t code) {
  using Function = decltype(&cublasLtGetStatusString);
  static const auto f = cuda_function<Function>(CudaLibrary::cublas_lt, "cublasLtGetStatusString");
  return f ? f(code) : cuda_library_error(CudaLibrary::cublas_lt);
}
