// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A dense layer as one writes it against cuBLASLt without Tenon: y = relu(x w + b), row-major, the
/// fastest of its algorithms.  ByHandLayer layer(handle, stream, 32, 784, 512);  layer.run(x, y);
#include <cublasLt.h>
#include <cuda_runtime_api.h>

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

  ByHandLayer(cublasLtHandle_t library, cudaStream_t stream, long rows, long inner, long columns,
              const float* weight, const float* bias, bool relu)
      : library_(library), stream_(stream), weight_(weight), workspace_(workspace_bytes / 4) {
    const cublasLtEpilogue_t epilogue =
        relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
    must(cublasLtMatmulDescCreate(&product_, CUBLAS_COMPUTE_32F, CUDA_R_32F), "MatmulDescCreate");
    must(cublasLtMatmulDescSetAttribute(product_, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue,
                                        sizeof epilogue), "epilogue");
    must(cublasLtMatmulDescSetAttribute(product_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias,
                                        sizeof bias), "bias");
    const auto layout = [](cublasLtMatrixLayout_t& to, long m, long n) {  // column by column
      must(cublasLtMatrixLayoutCreate(&to, CUDA_R_32F, std::uint64_t(m), std::uint64_t(n), m),
           "MatrixLayoutCreate");
    };
    layout(w_, columns, inner), layout(x_, inner, rows), layout(y_, columns, rows);
    cublasLtMatmulPreference_t preference = nullptr;
    must(cublasLtMatmulPreferenceCreate(&preference), "PreferenceCreate");
    must(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                              &workspace_bytes, sizeof workspace_bytes),
         "workspace");
    must(cublasLtMatmulAlgoGetHeuristic(library_, product_, w_, x_, y_, y_, preference, 8, found_,
                                        &count_), "AlgoGetHeuristic");
    cublasLtMatmulPreferenceDestroy(preference);
    const CudaBuffer x(rows * inner), y(rows * columns);
    take_fastest(x.data, y.data);
  }
  ByHandLayer(const ByHandLayer&) = delete;
  ~ByHandLayer() {
    for (cublasLtMatrixLayout_t layout : {w_, x_, y_}) cublasLtMatrixLayoutDestroy(layout);
    cublasLtMatmulDescDestroy(product_);
  }

  void run(const float* x, float* y) {
    const float one = 1, zero = 0;
    must(cublasLtMatmul(library_, product_, &one, weight_, w_, x, x_, &zero, y, y_, y, y_,
                        &found_[way_].algo, workspace_.data, workspace_bytes, stream_),
         "cublasLtMatmul");
  }

 private:
  void take_fastest(const float* x, float* y) {
    cudaEvent_t start, end;
    must(cudaEventCreate(&start), "cudaEventCreate");
    must(cudaEventCreate(&end), "cudaEventCreate");
    float least = 1e30f;
    int best = 0;
    for (way_ = 0; way_ < count_; ++way_) {
      run(x, y);
      must(cudaEventRecord(start, stream_), "cudaEventRecord");
      for (int i = 0; i < 5; ++i) run(x, y);
      must(cudaEventRecord(end, stream_), "cudaEventRecord");
      must(cudaEventSynchronize(end), "cudaEventSynchronize");
      float milliseconds = 0;
      must(cudaEventElapsedTime(&milliseconds, start, end), "cudaEventElapsedTime");
      if (milliseconds < least) least = milliseconds, best = way_;
    }
    way_ = best;
    cudaEventDestroy(start), cudaEventDestroy(end);
  }

  cublasLtHandle_t library_;
  cudaStream_t stream_;
  const float* weight_;
  CudaBuffer workspace_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t w_ = nullptr, x_ = nullptr, y_ = nullptr;
  cublasLtMatmulHeuristicResult_t found_[8] = {};
  int count_ = 0, way_ = 0;
};

}  // namespace bench
