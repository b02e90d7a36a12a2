// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the exchanges of a plan go between devices:
///   DevicePeers peers(plan, device, wish, ranks, needs, 0);
///   peers.steps[4], of an exchange: read from the memory of other devices; else it is staged.
#include <tenon/run/device_memory.hpp>
#include <tenon/run/peer_space.hpp>
#include <tenon/run/peer_steps.hpp>
#include <tenon/run/shared_device.hpp>

namespace tenon::detail {

struct DevicePeers {
  std::vector<bool> steps, staged;  // which are exchanges of this kind
  PeerSpace space;                  // where ranks show what others read

  DevicePeers() = default;
  /// Collective, before anything is allocated. Where the wish is automatic and the memory suffices
  /// only without it, all exchanges are staged.
  /// @param needs of this rank; what is shown is added. @param there of them already
  /// @throws Error on every rank where peers are wished for and are not possible, or where a device
  /// has too little memory.
  DevicePeers(const PlanView& plan, Device& device, DeviceExchange wish,
              Communication& communication, DeviceNeeds& needs, Index there)
      : steps(peer_steps(plan, communication)) {
    const bool any = std::ranges::find(steps, true) != steps.end();
    if (any) agree_on_wish(wish, communication);
    const bool wished = any && wish != DeviceExchange::staged && communication.size() > 1;
    const Index turn = exchange_bytes(plan, communication.rank(), true, steps);
    if (wished) needs.shown = PeerSpace::bytes_shown(device, turn);
    const bool tries =
        wished && (wish == DeviceExchange::peer || all_fit(needs, there, device, communication));
    if (!tries) needs.shown = 0;
    device.set_shared(require(needs, there, device, communication) > 1);
    if (tries) space = PeerSpace(device, wish, communication, turn);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      steps[i] = steps[i] && space;
      staged.push_back(!steps[i] && waits_for_ranks(plan, i));
    }
  }
  /// Collective, after an error of all ranks: what was shown is the device's again.
  void give_up(Device& device, Communication& communication) noexcept try {
    if (space) space.end(device, communication);
  } catch (...) {
  }
};

}  // namespace tenon::detail
