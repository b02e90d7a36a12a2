// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A plan's steps cut at its exchanges: what lies between two is one piece of work for a device.
///   pieces_of(steps)[1].enters is the exchange that the second one begins with
#include <vector>

#include <tenon/run/device_step.hpp>

namespace tenon::detail {

/// Steps [first, last), between an exchange and the next.
struct DevicePiece {
  DeviceStep* enters = nullptr;
  std::size_t first = 0, last = 0;
  DeviceStep* leaves = nullptr;
  std::unique_ptr<Recorded> recorded[2] = {};  // of each turn; of one where there are none

  /// Whether it reads what other devices show, or shows something: each time elsewhere.
  int turns() const { return (enters && enters->peers) || (leaves && leaves->peers) ? 2 : 1; }
};

/// @param steps outlive the pieces. There is one, at least.
inline std::vector<DevicePiece> pieces_of(std::vector<DeviceStep>& steps) {
  std::vector<DevicePiece> pieces(1);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    pieces.back().last = i;
    if (!steps[i].waits_for_ranks()) continue;
    pieces.back().leaves = &steps[i];
    pieces.push_back({&steps[i], i + 1, i + 1});
  }
  pieces.back().last = steps.size();
  return pieces;
}

}  // namespace tenon::detail
