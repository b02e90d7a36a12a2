// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An opened device: its stream, kernels, cuBLASLt and what was found out about products.
#include <map>

#include <tenon/backend/cuda/cuda_options.hpp>
#include <tenon/backend/cuda/find_device.hpp>
#include <tenon/backend/cuda/kernels.hpp>
#include <tenon/backend/cuda/uploads.hpp>
#include <tenon/backend/device.hpp>

namespace tenon::detail {

class CudaMachine : public Device {
 public:
  static constexpr Index workspace_bytes = Index(32) << 20;

  CudaMachine(const CudaOptions& given, int neighbour)
      : options(given), index(find_device(given.device, neighbour)) {
    enter();
    check_cuda(cudaGetDeviceProperties(&properties_, index), "cudaGetDeviceProperties");
    kernels = std::make_unique<CudaKernels>(
        sentence("sm_", properties_.major, properties_.minor), options.kernel_folder,
        CudaKernels::Grid{std::min(256u, unsigned(properties_.maxThreadsPerBlock)),
                          unsigned(properties_.multiProcessorCount) * 32});
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    check_cublas(cublasLtCreate(&products), "cublasLtCreate");
  }
  ~CudaMachine() override {
    cudaSetDevice(index);
    if (products) cublasLtDestroy(products);
    if (stream) cudaStreamDestroy(stream);
  }

  std::string text() const override {
    return sentence("device ", index, " (", properties_.name, ")");
  }
  Index free_bytes() const override {
    std::size_t free = 0, total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return Index(free);
  }
  Index own_bytes() const override { return workspace_ ? 0 : workspace_bytes; }
  void enter() override { check_cuda(cudaSetDevice(index), "cudaSetDevice"); }

  Memory allocate(Index bytes) override { return device_memory(bytes); }
  Memory allocate_staging(Index bytes) override { return pinned_memory(bytes); }
  void upload(void* to, const void* from, Index bytes) override {
    copy(to, from, bytes, cudaMemcpyHostToDevice, "a copy to the device");
  }
  void download(void* to, const void* from, Index bytes) override {
    copy(to, from, bytes, cudaMemcpyDeviceToHost, "a copy from the device");
  }
  void fill(void* to, Element kept, const void* from, Element element, Index count) override {
    uploads_.fill(stream, to, kept, from, element, count);
  }
  void wait() override {
    const cudaError_t code = cudaStreamSynchronize(stream);
    HostError on_host = std::exchange(host_error_, {});  // not told by a later wait
    check_cuda(code, sentence("work on ", text(), " failed"));
    on_host.rethrow();
  }

  std::unique_ptr<Recorded> record(const std::function<void()>& steps) override;
  std::unique_ptr<PreparedKernel> copying(Element element, const Region& from,
                                          const Region& to) override;
  std::unique_ptr<PreparedKernel> finishing(const KernelCall& call) override;

  /// What products may use in between.
  std::byte* workspace() {
    if (!workspace_) workspace_ = device_memory(workspace_bytes);
    return workspace_.get();
  }
  /// Numbers that kernels read: sizes and strides.
  CudaMemory numbers(const std::vector<Index>& values) {
    const std::size_t bytes = values.size() * sizeof(Index);
    CudaMemory memory = device_memory(Index(bytes));
    if (bytes == 0) return memory;
    check_cuda(cudaMemcpyAsync(memory.get(), values.data(), bytes, cudaMemcpyHostToDevice, stream),
               "a copy of a kernel's sizes and strides");
    wait();
    return memory;
  }
  /// "cc 9.0 NVIDIA H200": devices with the same have the same algorithms.
  std::string model() const {
    return sentence("cc ", properties_.major, ".", properties_.minor, " ", properties_.name);
  }
  /// The error of a function that the device called on the host, told by the next wait().
  struct HostError {
    std::string text;
    void rethrow() {
      if (text.empty()) return;
      throw Error(std::exchange(text, {}));
    }
  };
  HostError& host_error() { return host_error_; }

  const CudaOptions options;
  const int index;
  cudaStream_t stream = nullptr;
  cublasLtHandle_t products = nullptr;
  std::unique_ptr<CudaKernels> kernels;
  std::map<std::uint64_t, std::uint64_t> ways;  // of products, by problem: which algorithm

 private:
  void copy(void* to, const void* from, Index bytes, cudaMemcpyKind kind, std::string_view what) {
    if (bytes) check_cuda(cudaMemcpyAsync(to, from, std::size_t(bytes), kind, stream), what);
  }

  cudaDeviceProp properties_{};
  CudaMemory workspace_;
  CudaUploads uploads_;
  HostError host_error_;
};

}  // namespace tenon::detail
