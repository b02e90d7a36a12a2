// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A dense layer as one writes it against cuBLASLt without Tenon: y = relu(x w + b), row-major, in
/// the algorithm that a search finds.  ByHandLayer layer(handle, stream, {...}, ...);
///   layer.run(x, w, y);
#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace bench {

inline void must(int code, const char* what) {
  if (code) throw std::runtime_error(std::string(what) + " fails: " + std::to_string(code));
}

/// Memory of the device.
struct CudaBuffer {
  float* data = nullptr;
  explicit CudaBuffer(long count) {
    must(cudaMalloc(reinterpret_cast<void**>(&data), std::size_t(count) * 4), "cudaMalloc");
  }
  CudaBuffer(const float* values, long count) : CudaBuffer(count) {
    must(cudaMemcpy(data, values, std::size_t(count) * 4, cudaMemcpyHostToDevice), "cudaMemcpy");
    must(cudaDeviceSynchronize(), "cudaDeviceSynchronize");  // it may return before it is there
  }
  CudaBuffer(const CudaBuffer&) = delete;
  ~CudaBuffer() { cudaFree(data); }
};

/// Work of a stream, recorded and launched as one. @pre it was done once before
class ByHandGraph {
 public:
  ByHandGraph(cudaStream_t stream, auto&& work) : stream_(stream) {
    must(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "BeginCapture");
    work();
    cudaGraph_t graph = nullptr;
    must(cudaStreamEndCapture(stream, &graph), "EndCapture");
    must(cudaGraphInstantiate(&graph_, graph, 0), "GraphInstantiate");
    cudaGraphDestroy(graph);
  }
  ByHandGraph(const ByHandGraph&) = delete;
  ~ByHandGraph() { cudaGraphExecDestroy(graph_); }
  void launch() const { must(cudaGraphLaunch(graph_, stream_), "cudaGraphLaunch"); }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t graph_ = nullptr;
};

class ByHandLayer {
 public:
  static constexpr std::size_t workspace_bytes = std::size_t(32) << 20;
  struct Shape {
    long rows, inner, columns;
    bool relu = true;
    cudaDataType_t operands = CUDA_R_32F;  // of x and w; y and b are float32
    cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
  };
  /// The place of the fastest of so many ways, each of which is run by its place.
  using Search = std::function<std::size_t(std::size_t, const std::function<void(std::size_t)>&)>;

  /// @param x, @param w, @param y where the search tries the algorithms
  ByHandLayer(cublasLtHandle_t library, cudaStream_t stream, const Shape& shape, const float* bias,
              const void* x, const void* w, float* y, const Search& search)
      : library_(library), stream_(stream), workspace_(workspace_bytes / 4) {
    const cublasLtEpilogue_t epilogue =
        shape.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
    must(cublasLtMatmulDescCreate(&product_, shape.compute, CUDA_R_32F), "MatmulDescCreate");
    must(cublasLtMatmulDescSetAttribute(product_, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue,
                                        sizeof epilogue),
         "epilogue");
    must(cublasLtMatmulDescSetAttribute(product_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias,
                                        sizeof bias),
         "bias");
    const auto layout = [](cublasLtMatrixLayout_t& to, cudaDataType_t type, long m, long n) {
      must(cublasLtMatrixLayoutCreate(&to, type, std::uint64_t(m), std::uint64_t(n), m),
           "MatrixLayoutCreate");  // column by column
    };
    layout(w_, shape.operands, shape.columns, shape.inner);
    layout(x_, shape.operands, shape.inner, shape.rows);
    layout(y_, CUDA_R_32F, shape.columns, shape.rows);
    cublasLtMatmulPreference_t preference = nullptr;
    must(cublasLtMatmulPreferenceCreate(&preference), "PreferenceCreate");
    must(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                              &workspace_bytes, sizeof workspace_bytes),
         "workspace");
    int count = 0;
    must(cublasLtMatmulAlgoGetHeuristic(library_, product_, w_, x_, y_, y_, preference, 8, found_,
                                        &count),
         "AlgoGetHeuristic");
    cublasLtMatmulPreferenceDestroy(preference);
    way_ = search(std::size_t(count), [&](std::size_t way) {
      way_ = way;
      run(x, w, y);
    });
  }
  ByHandLayer(const ByHandLayer&) = delete;
  ~ByHandLayer() {
    for (cublasLtMatrixLayout_t layout : {w_, x_, y_}) cublasLtMatrixLayoutDestroy(layout);
    cublasLtMatmulDescDestroy(product_);
  }

  void run(const void* x, const void* w, float* y) {
    const float one = 1, zero = 0;
    must(cublasLtMatmul(library_, product_, &one, w, w_, x, x_, &zero, y, y_, y, y_,
                        &found_[way_].algo, workspace_.data, workspace_bytes, stream_),
         "cublasLtMatmul");
  }

 private:
  cublasLtHandle_t library_;
  cudaStream_t stream_;
  CudaBuffer workspace_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t w_ = nullptr, x_ = nullptr, y_ = nullptr;
  cublasLtMatmulHeuristicResult_t found_[8] = {};
  std::size_t way_ = 0;
};

}  // namespace bench
