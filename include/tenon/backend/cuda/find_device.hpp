// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which device a process takes, and what is wrong where it can have none:
///   find_device(-1, 3) is device 3 % count of the node's
#include <tenon/backend/cuda/check.hpp>

namespace tenon::detail {

/// "13.0" of 13000.
inline std::string cuda_version(int number) {
  return sentence(number / 1000, ".", number % 1000 / 10);
}

/// 0: its library was not found.
inline int runtime_version() {
  int version = 0;
  cudaRuntimeGetVersion(&version);
  return version;
}
inline std::string driver_and_runtime() {
  int driver = 0;
  cudaDriverGetVersion(&driver);
  const int runtime = runtime_version();
  if (runtime == 0) return "no CUDA runtime was found";
  const std::string own = sentence("this program's CUDA runtime is ", cuda_version(runtime));
  if (driver == 0) return sentence("no driver (libcuda.so.1) was found, ", own);
  return sentence("the driver is for CUDA ", cuda_version(driver), ", ", own);
}

inline constexpr std::string_view was_forked =
    "A process that was forked from one that had used CUDA can use none: fork before, or exec. ";

/// @throws Error that says what was looked for.
inline int count_of_devices() {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return count;
  cudaGetLastError();
  const std::string versions = driver_and_runtime();
  if (code == cudaErrorInsufficientDriver)
    throw Error(sentence("no CUDA device: the driver is missing or older than the CUDA runtime: ",
                         versions, "; legal: a driver of that version or a later one (nvidia-smi ",
                         "names the one that is there)"));
  const bool may_be_forked = code == cudaErrorInitializationError && runtime_version();
  throw Error(sentence("no CUDA device: cudaGetDeviceCount says ",
                       code == cudaSuccess ? "0 devices" : cudaGetErrorString(code), " (",
                       cudaGetErrorName(code), "); ", versions,
                       ". Are the GPUs in nvidia-smi, and in CUDA_VISIBLE_DEVICES where that is ",
                       "set? ", may_be_forked ? was_forked : "",
                       "The CPU's backend runs without one"));
}

/// @param wanted -1: by the rank's place on its node
inline int find_device(int wanted, int neighbour) {
  const int count = count_of_devices();
  if (wanted < 0) return neighbour % count;
  if (wanted < count) return wanted;
  throw Error(sentence("no CUDA device ", wanted, ": this process sees ", count,
                       count == 1 ? " device; legal: 0" : " devices; legal: 0 to ",
                       count == 1 ? std::string() : std::to_string(count - 1)));
}

}  // namespace tenon::detail
