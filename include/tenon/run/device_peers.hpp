// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the exchanges of a plan go between devices:  DevicePeers peers(plan, device, wish, ranks);
///   peers.steps[4], of an exchange: read from the memory of other devices; else it is staged.
#include <tenon/run/device_memory.hpp>
#include <tenon/run/peer_space.hpp>
#include <tenon/run/peer_steps.hpp>

namespace tenon::detail {

struct DevicePeers {
  std::vector<bool> steps, staged;  // which are exchanges of this kind
  PeerSpace space;                  // where ranks show what others read

  DevicePeers() = default;
  /// Collective. @throws Error on every rank where peers are wished for and are not possible.
  DevicePeers(const PlanView& plan, Device& device, DeviceExchange wish,
              Communication& communication)
      : steps(peer_steps(plan, communication)) {
    if (std::ranges::find(steps, true) != steps.end())
      space = PeerSpace(device, wish, communication,
                        exchange_bytes(plan, communication.rank(), true, steps));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      steps[i] = steps[i] && space;
      staged.push_back(!steps[i] && waits_for_ranks(plan, i));
    }
  }
};

}  // namespace tenon::detail
