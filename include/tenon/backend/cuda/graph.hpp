// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Work of a stream, captured once and launched as one CUDA graph:
///   CudaGraph graph(stream, [&] { ... });  graph.launch();
#include <functional>

#include <tenon/backend/cuda/check.hpp>
#include <tenon/backend/device.hpp>

namespace tenon::detail {

class CudaGraph : public Recorded {
 public:
  CudaGraph(cudaStream_t stream, const std::function<void()>& steps) : stream_(stream) {
    check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
               "cudaStreamBeginCapture");
    cudaGraph_t captured = nullptr;
    try {
      steps();
    } catch (...) {
      cudaStreamEndCapture(stream, &captured);
      if (captured) cudaGraphDestroy(captured);
      cudaGetLastError();  // the error is told already
      throw;
    }
    check_cuda(cudaStreamEndCapture(stream, &captured), "cudaStreamEndCapture");
    const cudaError_t code = cudaGraphInstantiate(&graph_, captured, 0);
    cudaGraphDestroy(captured);
    check_cuda(code, "cudaGraphInstantiate");
  }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;
  ~CudaGraph() override {
    if (graph_) cudaGraphExecDestroy(graph_);
  }
  void launch() override { check_cuda(cudaGraphLaunch(graph_, stream_), "cudaGraphLaunch"); }

 private:
  cudaStream_t stream_;
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace tenon::detail
