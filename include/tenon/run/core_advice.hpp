// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What to tell a user whose ranks and threads do not fit the cores; or, of a backend with devices,
/// which these are and how ranks exchange (run/device_advice.hpp):
///   const std::string advice = core_advice(model.communication(), backend);
///   if (world.rank() == 0 && !advice.empty()) std::cerr << advice << "\n";
#include <cstdint>
#include <thread>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/cores.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/comm/cores.hpp>
#include <tenon/run/device_advice.hpp>

namespace tenon {

/// The same sentence on every rank, about the first one's node; empty where all is well.
/// Collective. Cost: 128 bytes from each rank.
inline std::string core_advice(Communication& communication, const Backend& backend) {
  if (backend.has_device()) return device_advice(communication, backend);
  const Cores own = own_cores();
  const std::size_t words = own.size();
  std::vector<std::uint64_t> mine(own.begin(), own.end());
  mine.push_back(std::thread::hardware_concurrency());
  mine.push_back(std::uint64_t(communication.node().front()));
  const std::vector<std::uint64_t> all = communication.all_gather(mine);
  std::vector<CoreNumbers> ranks;
  for (std::size_t rank = 0; rank < std::size_t(communication.size()); ++rank) {
    const std::uint64_t* of = all.data() + rank * mine.size();
    if (of[words + 1] != all[words + 1]) continue;  // on another node
    CoreNumbers& cores = ranks.emplace_back();
    for (std::size_t core = 0; core < words * 64; ++core)
      if (of[core / 64] >> core % 64 & 1) cores.push_back(int(core));
  }
  return advice(ranks, backend.threads(), int(all[words]));
}

}  // namespace tenon
