// SPDX-License-Identifier: Apache-2.0
// Compiling, loading and running kernels with the pretended CUDA. NVRTC compiles nothing: it takes
// the text that was compiled for the host, and no other.
#include <nvrtc.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "pretended.hpp"
#include "threads.hpp"

pretended_uint3 blockIdx, threadIdx;
pretended_uint3 blockDim, gridDim;

namespace pretended {

namespace {

/// The threads of a block that wait for each other take turns until each has come to the barrier.
struct Turns {
  static constexpr std::size_t stack_bytes = 64 << 10;
  ucontext_t all{}, threads[16]{};
  std::unique_ptr<char[]> stacks{new char[16 * stack_bytes]};
  const Kernel* kernel = nullptr;
  void* const* arguments = nullptr;
  bool done[16]{};
  unsigned current = 0;

  static Turns& of_process() {
    static Turns one;
    return one;
  }
  static void begin() {
    Turns& turns = of_process();
    turns.kernel->run(turns.arguments);
    turns.done[turns.current] = true;
    swapcontext(&turns.threads[turns.current], &turns.all);
  }
  void block(const Kernel& which, unsigned count, void* const* with) {
    kernel = &which, arguments = with;
    for (unsigned i = 0; i < count; ++i) {
      getcontext(&threads[i]);
      threads[i].uc_stack.ss_sp = stacks.get() + i * stack_bytes;
      threads[i].uc_stack.ss_size = stack_bytes;
      threads[i].uc_link = &all;
      makecontext(&threads[i], &begin, 0);
      done[i] = false;
    }
    for (bool any = true; any;) {
      any = false;
      for (current = 0; current < count; ++current) {
        if (done[current]) continue;
        any = true;
        threadIdx.x = current;
        swapcontext(&all, &threads[current]);
      }
    }
  }
};

}  // namespace

void run_kernel(const Kernel& kernel, unsigned blocks, unsigned threads, void* const* arguments) {
  gridDim.x = blocks, blockDim.x = threads;
  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) {
    if (kernel.cooperates) Turns::of_process().block(kernel, threads, arguments);
    else
      for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x) kernel.run(arguments);
  }
}

}  // namespace pretended

using namespace pretended;

void pretended_barrier() {
  Turns& turns = Turns::of_process();
  const unsigned own = turns.current;
  swapcontext(&turns.threads[own], &turns.all);
}

struct _nvrtcProgram {
  bool is_known;
  std::string architecture;
};

nvrtcResult nvrtcVersion(int* major, int* minor) {
  return *major = 13, *minor = 0, NVRTC_SUCCESS;
}
const char* nvrtcGetErrorString(nvrtcResult) { return "pretended"; }
nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* text, const char*, int,
                               const char* const*, const char* const*) {
  bool known = false;
  for (const std::string& part : kernel_texts()) known = known || part == text;
  *program = new _nvrtcProgram{known, {}};
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  return *count = int(device().architectures.size()), NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetSupportedArchs(int* all) {
  return std::ranges::copy(device().architectures, all), NVRTC_SUCCESS;
}
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, const char* const* options) {
  const Turn turn;
  device().call("nvrtcCompileProgram");
  const std::string wanted = "--gpu-architecture=";
  bool known = false;
  for (int i = 0; i < count; ++i) {
    if (std::string(options[i]).rfind(wanted, 0) != 0) continue;
    program->architecture = options[i] + wanted.size();
    for (int one : device().architectures)
      known = known || program->architecture == "sm_" + std::to_string(one) ||
              program->architecture == "compute_" + std::to_string(one);
  }
  return program->is_known && known ? NVRTC_SUCCESS : NVRTC_ERROR_COMPILATION;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram, std::size_t* size) {
  return *size = 6, NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram, char* log) {
  return std::memcpy(log, "wrong", 6), NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* size) {
  *size = 5;  // of a virtual architecture there is none
  return program->architecture.rfind("sm_", 0) == 0 ? NVRTC_SUCCESS : NVRTC_ERROR_INVALID_INPUT;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram, char* code) {
  return std::memcpy(code, "cubin", 5), NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, std::size_t* size) {
  return *size = program->architecture.size() + 5, NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetPTX(nvrtcProgram program, char* code) {
  std::strcpy(code, ("ptx " + program->architecture).c_str());
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) { return delete *program, NVRTC_SUCCESS; }

cudaError_t cudaLibraryLoadData(cudaLibrary_t* library, const void* code, cudaJitOption*, void**,
                                unsigned, cudaLibraryOption*, void**, unsigned) {
  const Turn turn;
  if (const cudaError_t failed = device().call("cudaLibraryLoadData")) return failed;
  if (const cudaError_t failed = unless_recording()) return failed;
  static int one;
  *library = reinterpret_cast<cudaLibrary_t>(&one);
  // A cubin is of one architecture; the driver compiles text that is not newer than the device.
  const char* text = static_cast<const char*>(code);
  const std::string for_virtual = "ptx compute_";
  const bool is_cubin = std::memcmp(text, "cubin", 5) == 0;
  const bool fits = is_cubin ? std::ranges::count(device().architectures, device().capability)
                             : text == for_virtual.substr(0, 12) + std::to_string(
                                           std::atoi(text + 12)) &&
                                   std::atoi(text + 12) <= device().capability;
  return fits ? cudaSuccess : device().last_error = cudaErrorInvalidKernelImage;
}
cudaError_t cudaLibraryUnload(cudaLibrary_t) { return cudaSuccess; }
cudaError_t cudaLibraryGetKernel(cudaKernel_t* kernel, cudaLibrary_t, const char* name) {
  const Turn turn;
  if (const cudaError_t failed = device().call("cudaLibraryGetKernel")) return failed;
  for (const Kernel& k : kernels())
    if (std::strcmp(k.name, name) == 0) {
      *kernel = reinterpret_cast<cudaKernel_t>(const_cast<Kernel*>(&k));
      return cudaSuccess;
    }
  return device().last_error = cudaErrorSymbolNotFound;
}

cudaError_t cudaLaunchKernel(const void* kernel, dim3 grid, dim3 block, void** arguments,
                             std::size_t, cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaLaunchKernel")) return code;
  const Kernel& which = *static_cast<const Kernel*>(kernel);
  if (device_of(stream) != current_device())
    return device().last_error = cudaErrorInvalidResourceHandle;
  if (grid.x == 0 || block.x == 0 || block.x > 16)
    return device().last_error = cudaErrorInvalidConfiguration;
  std::vector<std::uint64_t> values;  // all are of 8 bytes at most, and copied at once
  for (std::size_t i = 0; i < which.sizes.size(); ++i) {
    std::uint64_t value = 0;
    std::memcpy(&value, arguments[i], which.sizes[i]);
    values.push_back(value);
  }
  return enqueue(stream, [&which, values, grid, block, stream]() mutable {
    std::vector<void*> places;
    for (std::size_t i = 0; i < values.size(); ++i) {
      places.push_back(&values[i]);
      const auto* data = reinterpret_cast<const void*>(values[i]);
      if (!which.alignments[i]) continue;
      if (values[i] % which.alignments[i]) return work_failed(cudaErrorMisalignedAddress);
      if (data && !reaches(stream, data) && !pinned(data))
        return work_failed(cudaErrorIllegalAddress);
    }
    run_kernel(which, grid.x, block.x, places.data());
  });
}
