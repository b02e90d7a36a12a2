// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a link between two devices costs, each number with its source and confidence:
///   Links(Ascend910()).hccs.cost().byte == 1 / 30e9
#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/predict/collective_cost.hpp>

namespace tenon {

enum class LinkKind : std::uint8_t { none, hccs, pcie, roce };

constexpr std::string_view text(LinkKind kind) {
  constexpr std::string_view names[] = {"none", "HCCS", "PCIe", "RoCE"};
  return names[int(kind)];
}

struct Links {
  struct Link {
    ChipValue rate, latency, reduce_rate;  // GB/s, us, GB/s
    LinkCost cost() const { return {latency * 1e-6, 1 / (rate * 1e9), 1 / (reduce_rate * 1e9)}; }
  };
  Link hccs, pcie, roce;
  ChipValue joined;     // devices that HCCS joins, each with each
  ChipValue of_server;  // devices
  ChipValue start;      // us, of a collective, before its first message: in the upper bound
  ChipValue reached;    // the share of the rates that is surely reached: in the upper bound

  explicit Links(const AscendChip& chip) {
    using enum Confidence;
    const std::string profile = "cann-hccl, task_profiling.h";
    const ChipValue sdma{2.0, "us", profile + ": SDMA 1.5 and a notification 0.5", medium};
    const ChipValue reduce{10, "GB/s", profile + ": reduction by a core", medium};
    hccs = {chip.hccs_rate, sdma, reduce};
    pcie = {{std::min<double>(chip.pcie_rate, 19.3), "GB/s", profile + ": PCIe", medium},
            {2.0, "us", "as over HCCS", assumed},
            reduce};
    roce = {{0.96 * chip.roce_rate, "GB/s", profile + ": 12 of 12.5 GB/s", medium},
            {8.0, "us", profile + ": RDMA 7 and a notification 1", medium},
            reduce};
    joined = {chip.hccs_links + 1, "devices", chip.hccs_links.source, chip.hccs_links.confidence};
    of_server = {8, "devices", "Atlas 800, Atlas 800T A2: product documentation", high};
    start = {60, "us", "cann-hccl, coll_alg_operator.cc: static latency", medium};
    reached = {0.7, "share", "msmodeling, tensor_cast/device.py: to be calibrated", low};
  }
  const Link& of(LinkKind kind) const {
    return kind == LinkKind::hccs ? hccs : kind == LinkKind::pcie ? pcie : roce;
  }
};

}  // namespace tenon
