// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A device that a thread has opened: its stream, kernels, cuBLASLt and what was found out about
/// products.
#include <algorithm>

#include <tenon/backend/cuda/cuda_options.hpp>
#include <tenon/backend/cuda/current_device.hpp>
#include <tenon/backend/cuda/find_device.hpp>
#include <tenon/backend/cuda/kernels.hpp>
#include <tenon/backend/cuda/one_thread.hpp>
#include <tenon/backend/cuda/peers.hpp>
#include <tenon/backend/cuda/uploads.hpp>
#include <tenon/backend/cuda/ways.hpp>
#include <tenon/backend/device.hpp>
#include <tenon/core/hash.hpp>

namespace tenon::detail {

class CudaMachine : public Device {
 public:
  static constexpr Index workspace_bytes = Index(32) << 20;

  /// @param number of the device. @param sibling another thread's of the same device, if any: its
  /// kernels and what it remembers are this one's, too
  CudaMachine(const CudaOptions& given, int number, const CudaMachine* sibling = nullptr)
      : options(given), index(number) {
    const CurrentDevice here(index);
    set_device(index);  // also the thread's first one: unasked CUDA takes the next that is free
    check_cuda(cudaGetDeviceProperties(&properties_, index), "cudaGetDeviceProperties");
    kernels = sibling ? sibling->kernels : std::make_shared<CudaKernels>(
        properties_.major * 10 + properties_.minor, options.kernel_folder,
        CudaKernels::Grid{std::min(256u, unsigned(properties_.maxThreadsPerBlock)),
                          unsigned(properties_.multiProcessorCount) * 32});
    ways = sibling ? sibling->ways : std::make_shared<CudaWays>();
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    if (const cublasStatus_t code = cublasLtCreate(&products); code != CUBLAS_STATUS_SUCCESS) {
      cudaStreamDestroy(stream);
      check_cublas(code, "cublasLtCreate");
    }
  }
  ~CudaMachine() override {
    int before = index;
    if (cudaGetDevice(&before) == cudaSuccess && before != index) cudaSetDevice(index);
    // A static object ends after CUDA has: then the handle is of a library that is no more.
    if (cudaStreamDestroy(stream) == cudaSuccess) cublasLtDestroy(products);
    work_again_on(before);
  }

  std::string text() const override {
    return sentence("device ", index, " (", properties_.name, ")");
  }
  std::uint64_t identity() const override {
    const cudaUUID_t& hardware = properties_.uuid;
    return Hash().add(std::string_view(hardware.bytes, sizeof hardware.bytes)).value;
  }
  Index free_bytes() const override {
    std::size_t free = 0, total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return Index(free);
  }

  void enter() override { work_on(index); }
  int begin() override {
    if (!users_.begin())
      throw Error(sentence(text(), " is at work for another thread: models whose programs one ",
                           "thread made are used by one thread at a time; legal: one after the ",
                           "other, or for each thread a Cuda of its own"));
    try {
      return work_on(index);
    } catch (...) {
      users_.end();
      throw;
    }
  }
  void end(int before) noexcept override {
    users_.end();
    work_again_on(before);
  }

  void reserve(Index scratch, Index filled) override {
    if (!workspace_) workspace_ = device_memory(workspace_bytes);
    if (scratch > scratch_bytes_) {
      scratch_ = device_memory(scratch);
      scratch_bytes_ = scratch;
    }
    uploads_.reserve(filled);
  }
  Index own_bytes(Index scratch) const override {
    return (workspace_ ? 0 : workspace_bytes) + (scratch > scratch_bytes_ ? scratch : 0) +
           kernels->own_bytes();
  }

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

  void set_shared(bool shared) override { is_shared_ = shared; }
  /// Whether products' algorithms are measured: not while other ranks work on the device.
  bool measures() const { return options.measure && !is_shared_; }

  std::unique_ptr<Recorded> record(const std::function<void()>& steps) override;
  std::unique_ptr<PreparedKernel> copying(Element element, const Region& from,
                                          const Region& to) override;
  std::unique_ptr<PreparedKernel> finishing(const KernelCall& call) override;
  PeerMemory* peers() override { return &peers_; }
  std::unique_ptr<PreparedKernel> adding(Element element, std::span<const Addend> addends,
                                         const Region& to) override;

  /// What products may use in between. Both are held as long as a recorded call names them.
  CudaMemory workspace() {
    reserve(0, 0);
    return workspace_;
  }
  /// What a step may use besides its blocks: steps do so one after the other.
  CudaMemory scratch(Index bytes) {
    reserve(bytes, 0);
    return scratch_;
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
  std::shared_ptr<CudaKernels> kernels;
  std::shared_ptr<CudaWays> ways;

 private:
  void copy(void* to, const void* from, Index bytes, cudaMemcpyKind kind, std::string_view what) {
    if (bytes) check_cuda(cudaMemcpyAsync(to, from, std::size_t(bytes), kind, stream), what);
  }

  cudaDeviceProp properties_{};
  OneThread users_;
  CudaMemory workspace_, scratch_;
  Index scratch_bytes_ = 0;
  bool is_shared_ = false;
  CudaUploads uploads_;
  CudaPeers peers_{index};
  HostError host_error_;
};

}  // namespace tenon::detail
