// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The device on which a thread works, and the one on which it worked before:
///   { const CurrentDevice here(1); cudaMalloc(...); }  // on device 1; then as before
#include <tenon/backend/cuda/check.hpp>

namespace tenon::detail {

/// Whether somebody in this process has used a device: only then it has a context.
inline bool has_context(int device) {
  using State = int (*)(int device, unsigned* flags, int* active);  // the driver's
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
  const cudaError_t code = cudaGetDriverEntryPointByVersion(
      "cuDevicePrimaryCtxGetState", &function, 12000, cudaEnableDefault, &found);
  unsigned flags = 0;
  int active = 0;
  return code == cudaSuccess && found == cudaDriverEntryPointSuccess && function &&
         reinterpret_cast<State>(function)(device, &flags, &active) == 0 && active;
}

/// @throws Error, which says what to do where another process has the device for itself.
inline void set_device(int device) {
  const cudaError_t code = cudaSetDevice(device);
  if (code != cudaErrorDevicesUnavailable) return check_cuda(code, "cudaSetDevice");
  cudaGetLastError();
  throw Error(sentence("CUDA: device ", device, " cannot be opened: another process has it for ",
                       "itself, or nobody may use it (nvidia-smi -q -d COMPUTE says which); ",
                       "legal: one process a device, CUDA's Multi-Process Service, or the compute ",
                       "mode Default"));
}
/// From now on this thread works on it. @return on which it worked
inline int work_on(int device) {
  int before = device;
  check_cuda(cudaGetDevice(&before), "cudaGetDevice");
  if (before != device) set_device(device);
  return before;
}

/// As it was. A device that nobody has used would be given a context by it, which takes some
/// hundred MiB of its memory: then the thread stays where it is.
inline void work_again_on(int before) noexcept {
  int now = before;
  if (cudaGetDevice(&now) == cudaSuccess && now != before && has_context(before))
    cudaSetDevice(before);
}

class CurrentDevice {
 public:
  explicit CurrentDevice(int device) : before_(work_on(device)) {}
  ~CurrentDevice() { work_again_on(before_); }
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;

 private:
  int before_;
};

/// For what ends: a call on that device, whose error nobody hears, also not from the next call.
inline void on_device(int device, auto&& call) noexcept {
  int before = device;
  const bool known = cudaGetDevice(&before) == cudaSuccess;
  if (known && before != device) cudaSetDevice(device);
  if (call() != cudaSuccess) cudaGetLastError();
  if (known) work_again_on(before);
}

}  // namespace tenon::detail
