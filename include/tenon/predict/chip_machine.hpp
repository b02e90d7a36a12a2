// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Servers of a chip as the machine for which strategies are searched:
///   machine_of(ascend_chip("ascend910b1"), PrecisionMode::force_fp16).node_ranks == 8
/// Where a machine is named `ascend910` (search/machines.hpp), it is that of an Ascend 910.
#include <tenon/backend/ascend/rounding/precision.hpp>
#include <tenon/io/server_ranks.hpp>
#include <tenon/predict/links.hpp>
#include <tenon/search/machine.hpp>

namespace tenon {

/// Products at the cube's rate for what the precision mode computes them in; memory at its rate;
/// exchanges over HCCS, or PCIe where there is none, and RoCE between servers, or nothing.
/// @throws Error for a chip whose cube does not multiply that, in the words of precision_of
inline Machine machine_of(const AscendChip& chip, PrecisionMode mode) {
  const Links links(chip);
  const bool in_float32 = precision_of("MatMul", mode, chip).inputs == Element::float32;
  const double macs = in_float32 ? chip.macs_float32 : chip.macs_float16;
  const auto link_of = [&](const Links::Link& link, double links_together) {
    return MachineLink{links.start * 1e-6, link.latency * 1e-6, links_together * link.rate * 1e9};
  };
  const double devices = links.of_server;
  Machine machine{.flops = 2e9 * macs * chip.cube_cores * chip.clock,
                  .memory_rate = chip.hbm_rate * 1e9,
                  .step = 5e-6,  // a launch, as the machine ascend910 has it
                  .memory = chip.hbm,
                  .node_ranks = links.of_server.whole(),
                  .processors = links.of_server.whole(),
                  .inside = link_of(links.hccs.rate > 0 ? links.hccs : links.pcie, 1)};
  if (links.roce.rate > 0) machine.between = link_of(links.roce, devices);
  return machine;
}

/// With as many ranks of a node as a rank table's servers have.
/// @throws Error where they have different numbers of ranks, or one's do not follow one another
inline Machine machine_of(const AscendChip& chip, PrecisionMode mode, const RankTable& table) {
  Machine machine = machine_of(chip, mode);
  const auto server_of = [&](Index rank) { return table.ranks[std::size_t(rank)].server; };
  const Index ranks = Index(table.ranks.size());
  Index each = 0;
  while (each < ranks && server_of(each) == server_of(0)) ++each;
  for (Index rank = each; rank < ranks; ++rank) {
    const bool begins = rank % each == 0;
    bool known = false;  // as that of a rank before this node
    for (Index before = 0; before < rank / each * each; before += each)
      known = known || server_of(before) == server_of(rank);
    if (known || ranks % each || (!begins && server_of(rank) != server_of(rank - 1)))
      throw Error(sentence(table.path, ": rank ", rank, " is on server ",
                           table.server_of(rank).id, ", and the first server has ", each,
                           " ranks; legal for a search: as many on each, one behind the other"));
  }
  machine.node_ranks = machine.processors = each;
  return machine;
}

}  // namespace tenon
