// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The kernels of one device, compiled at their first use, and how they are started:
///   kernels.over_elements(stream, kernels.find("unary_float"), n, x, y, n, function)
/// Threads share them.
#include <algorithm>
#include <map>
#include <mutex>

#include <tenon/backend/cuda/architecture.hpp>
#include <tenon/backend/cuda/compile.hpp>
#include <tenon/backend/cuda/kernel_text.hpp>
#include <tenon/backend/cuda/memory.hpp>

namespace tenon::detail {

class CudaKernels {
 public:
  /// Of the device's memory, for a part's code: more than it is for any device until now.
  static constexpr Index part_bytes = Index(512) << 10;

  /// How work is divided on the device: a power of two of threads, 256 at most.
  struct Grid {
    unsigned threads, most_blocks;
  };

  /// @param capability of the device: 90 of compute capability 9.0
  CudaKernels(int capability, std::string folder, Grid grid)
      : capability_(capability), folder_(std::move(folder)), grid_(grid) {}
  CudaKernels(const CudaKernels&) = delete;
  CudaKernels& operator=(const CudaKernels&) = delete;
  ~CudaKernels() {
    for (Part& part : parts_)
      if (part.library) cudaLibraryUnload(part.library);
  }

  /// @throws Error where there is none, or where it cannot be compiled for the device.
  cudaKernel_t find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    cudaKernel_t& kernel = kernels_[name];
    if (kernel) return kernel;
    Part& part = parts_[int(part_of(name))];
    if (!part.library) load(part, part_of(name));
    check_cuda(cudaLibraryGetKernel(&kernel, part.library, name.c_str()),
               sentence("the kernel ", name));
    return kernel;
  }

  /// What those need that are not there yet.
  Index own_bytes() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(parts_, nullptr, &Part::library) * part_bytes;
  }

  /// A thread for each of n elements, or several elements a thread.
  template <class... Arguments>
  void over_elements(cudaStream_t stream, cudaKernel_t kernel, Index n, Arguments... arguments) {
    launch(stream, kernel, (n + grid_.threads - 1) / grid_.threads, arguments...);
  }
  /// A block of threads for each of n lines.
  template <class... Arguments>
  void over_lines(cudaStream_t stream, cudaKernel_t kernel, Index n, Arguments... arguments) {
    launch(stream, kernel, n, arguments...);
  }

 private:
  /// @pre the arguments are of the kernel's types: pointers, Index, int and double.
  template <class... Arguments>
  void launch(cudaStream_t stream, cudaKernel_t kernel, Index blocks, Arguments... arguments) {
    if (blocks == 0) return;
    void* all[] = {static_cast<void*>(&arguments)...};
    const unsigned grid = unsigned(std::min<Index>(blocks, grid_.most_blocks));
    check_cuda(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), dim3(grid),
                                dim3(grid_.threads), all, 0, stream),
               "cudaLaunchKernel");
  }

  struct Part {
    std::string code;
    cudaLibrary_t library = nullptr;
  };
  /// A device that is newer than NVRTC runs what its driver compiles.
  void load(Part& part, KernelPart which) {
    const std::string architecture = architecture_for(capability_, known_architectures());
    part.code = compiled(kernel_text(which), architecture, folder_);
    check_cuda(cudaLibraryLoadData(&part.library, part.code.c_str(), nullptr, nullptr, 0, nullptr,
                                   nullptr, 0),
               sentence("cudaLibraryLoadData of kernels for ", architecture));
  }

  int capability_;
  std::string folder_;
  Grid grid_;
  mutable std::mutex mutex_;
  Part parts_[3];
  std::map<std::string, cudaKernel_t> kernels_;
};

}  // namespace tenon::detail
