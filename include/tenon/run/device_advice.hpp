// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which devices the ranks work on, and how they exchange, to be said once:
///   "8 ranks on device 0 (NVIDIA H200) and 3 more; they read each other's memory"
#include <algorithm>
#include <optional>

#include <tenon/backend/backend.hpp>
#include <tenon/core/hash.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/run/any_execution.hpp>
#include <tenon/run/peer_space.hpp>

namespace tenon {

namespace detail {

/// Tried as a model does, in memory of 2 MiB that is given back.
inline std::string exchange_advice(Device& device, DeviceExchange wish,
                                   Communication& communication) {
  if (communication.size() == 1) return {};
  std::optional<DeviceWork> work;
  communication.together([&] { work.emplace(device); });
  PeerSpace space(device, wish, communication, 0);
  const std::vector<int> nodes = space.nodes();
  const bool works = bool(space), one = std::ranges::count(nodes, nodes[0]) == std::ssize(nodes);
  bool alone = true;
  for (int node : nodes) alone = alone && std::ranges::count(nodes, node) == 1;
  if (works) space.end(device, communication);
  if (works && one) return "; they read each other's memory";
  if (works && !alone)
    return "; those of a node read each other's memory, exchanges between nodes are staged in the "
           "host's";
  const std::string staged = "; exchanges are staged in the host's memory";
  return space.refused().empty() ? staged : sentence(staged, ": ", space.refused());
}

}  // namespace detail

/// About rank 0's device; empty of a backend without devices. Collective.
inline std::string device_advice(Communication& communication, const Backend& backend) {
  if (!backend.has_device()) return {};
  detail::open_device(backend, communication);
  const std::shared_ptr<Device> device = backend.device(0);
  const std::string own = device->text();
  const std::uint64_t mine[] = {std::uint64_t(communication.node().front()),
                                Hash().add(own).value};
  const std::vector<std::uint64_t> all = communication.all_gather(mine);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> devices;
  for (std::size_t i = 0; i < all.size(); i += 2) devices.emplace_back(all[i], all[i + 1]);
  std::ranges::sort(devices);
  const auto others = std::unique(devices.begin(), devices.end()) - devices.begin() - 1;
  std::string text = sentence(communication.size(), communication.size() > 1 ? " ranks" : " rank",
                              " on ", own);
  if (others) text += sentence(" and ", others, " more");
  return text + detail::exchange_advice(*device, backend.exchange(), communication);
}

}  // namespace tenon
