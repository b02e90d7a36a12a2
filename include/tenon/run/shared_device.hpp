// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether a device has the memory that all ranks need which share it, asked before any takes some:
///   require(device_needs(plan, rank, backend), there, *device, communication);
#include <algorithm>

#include <tenon/comm/communication.hpp>
#include <tenon/run/device_memory.hpp>

namespace tenon {

namespace detail {

/// The memory that one device has, and the ranks on it need.
struct DeviceShare {
  Index free = 0, needed = 0, ranks = 0;
};

/// Collective, so what is free is so before any rank of the node takes some.
inline DeviceShare share_of(const Device& device, Index needed, Communication& communication) {
  Index free = 0;
  communication.together([&] { free = device.free_bytes(); });
  const auto node = std::uint64_t(communication.node().front());
  const std::uint64_t own[] = {node, device.identity(), std::uint64_t(free), std::uint64_t(needed)};
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  DeviceShare share{free, 0, 0};
  for (std::size_t i = 0; i < all.size(); i += std::size(own)) {
    if (all[i] != own[0] || all[i + 1] != own[1]) continue;
    share.free = std::min(share.free, Index(all[i + 2]));
    share.needed += Index(all[i + 3]);
    ++share.ranks;
  }
  return share;
}
inline Index needed_now(const DeviceNeeds& needs, Index there, const Device& device) {
  return needs.device() - there + device.own_bytes(needs.scratch);
}
/// Whether all devices have what their ranks need. Collective.
inline bool all_fit(const DeviceNeeds& needs, Index there, const Device& device,
                    Communication& communication) {
  const DeviceShare share = share_of(device, needed_now(needs, there, device), communication);
  const std::uint64_t own = share.needed <= share.free;
  const std::vector<std::uint64_t> all = communication.all_gather({&own, 1});
  return std::ranges::count(all, 0u) == 0;
}

}  // namespace detail

/// Collective. @param there bytes of parameters that it has already, of other programs of the
/// network. @return how many ranks are on this one's device.
/// @throws Error on every rank where a device has not so much memory.
inline Index require(const DeviceNeeds& needs, Index there, const Device& device,
                    Communication& communication) {
  using detail::in_words;
  const Index own = device.own_bytes(needs.scratch),
              all = detail::needed_now(needs, there, device);
  const detail::DeviceShare share = detail::share_of(device, all, communication);
  communication.together([&] {
    if (share.needed <= share.free) return;
    std::string text = sentence(device.text(), " has ", in_words(share.free),
                                " of memory free, but ");
    if (share.ranks > 1)
      text += sentence("the ", share.ranks, " ranks on it need ", in_words(share.needed),
                       "; of them ");
    text += sentence("rank ", communication.rank(), " needs ", in_words(all), ": ",
                     in_words(needs.parameters - there), " for parameters, ",
                     in_words(needs.arena), " for what is in between, ", in_words(needs.inputs),
                     " for inputs, ", in_words(own), " for the libraries",
                     needs.scratch ? " and rounded operands" : "");
    if (needs.shown) text += sentence(", ", in_words(needs.shown), " for what other devices read");
    throw Error(text + "; legal: more ranks on more devices, a smaller batch, weights of 16 bits");
  });
  return share.ranks;
}

}  // namespace tenon
