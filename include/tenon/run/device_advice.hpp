// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which devices the ranks work on, and how they exchange, to be said once:
///   "8 ranks on device 0 (NVIDIA H200) and 3 more; exchanges are staged in the host's memory"
#include <algorithm>

#include <tenon/backend/backend.hpp>
#include <tenon/core/hash.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/run/any_execution.hpp>

namespace tenon {

/// About rank 0's device; empty of a backend without devices. Collective.
inline std::string device_advice(Communication& communication, const Backend& backend) {
  if (!backend.has_device()) return {};
  detail::open_device(backend, communication);
  const std::string own = backend.device(0)->text();
  const std::uint64_t mine[] = {std::uint64_t(communication.node().front()),
                                Hash().add(own).value};
  const std::vector<std::uint64_t> all = communication.all_gather(mine);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> devices;
  for (std::size_t i = 0; i < all.size(); i += 2) devices.emplace_back(all[i], all[i + 1]);
  std::ranges::sort(devices);
  const auto others = std::ranges::unique(devices).begin() - devices.begin() - 1;
  std::string text = sentence(communication.size(), communication.size() > 1 ? " ranks" : " rank",
                              " on ", own);
  if (others) text += sentence(" and ", others, " more");
  if (communication.size() > 1) text += "; exchanges are staged in the host's memory";
  return text;
}

}  // namespace tenon
