// SPDX-License-Identifier: Apache-2.0
#pragma once
/// For what kernels are compiled, that a device can run them:
///   architecture_for(90, {{80, 90, 100}}) == "sm_90"
///   architecture_for(120, {{80, 90, 100}}) == "compute_100"
/// The second is a virtual one: NVRTC makes text (PTX), which a newer device's driver compiles.
#include <algorithm>
#include <span>
#include <vector>

#include <tenon/backend/cuda/check.hpp>

namespace tenon::detail {

/// That this NVRTC compiles for: 90 is sm_90, and compute_90.
inline std::vector<int> known_architectures() {
  int count = 0;
  check_nvrtc(nvrtcGetNumSupportedArchs(&count), "nvrtcGetNumSupportedArchs");
  std::vector<int> known(std::size_t(std::max(count, 0)));
  if (count > 0) check_nvrtc(nvrtcGetSupportedArchs(known.data()), "nvrtcGetSupportedArchs");
  return known;
}

/// The device's own, or else the newest virtual one that is older.
/// @param capability of the device: 90 of compute capability 9.0
/// @throws Error for a device that is older than all that NVRTC knows.
inline std::string architecture_for(int capability, std::span<const int> known) {
  int newest = 0;
  for (int one : known)
    if (one <= capability) newest = std::max(newest, one);
  if (newest == capability) return sentence("sm_", capability);
  if (newest) return sentence("compute_", newest);
  std::string all;
  for (int one : known) all += sentence(all.empty() ? "" : ", ", one / 10, ".", one % 10);
  throw Error(sentence("no kernels for a device of compute capability ", capability / 10, ".",
                       capability % 10, ": this CUDA Toolkit's NVRTC compiles for ", all,
                       "; legal: a newer device, or an older toolkit"));
}

}  // namespace tenon::detail
