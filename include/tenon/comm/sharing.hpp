// SPDX-License-Identifier: Apache-2.0
#pragma once
/// When ranks that want the same block share one copy of it, and who makes his part right there.
#include <optional>

#include <tenon/comm/nodes.hpp>

namespace tenon {

/// Whether ranks of a node that want these blocks share them: what is only gathered there, always,
/// for then nobody waits twice; else a result of some size.
inline bool is_worth_sharing(const std::vector<SummedBlock>& blocks, const Nodes& nodes, int node,
                             Index result_bytes) {
  if (result_bytes >= bytes_worth_sharing) return true;
  for (const SummedBlock& block : blocks)
    if (block.summands.size() > 1 || nodes.crosses(block, node)) return false;
  return result_bytes > 0;
}

/// Where in the result all lies that a rank holds, as it holds it; none if it does not.
inline std::optional<Index> place_in_result(const std::vector<SummedBlock>& blocks, int rank,
                                            Index held_elements) {
  std::optional<Index> place;
  for (const SummedBlock& block : blocks) {
    const Summand& first = block.summands[0];
    if (block.summands.size() > 1 || first.rank != rank) continue;
    if (place || first.from.volume() != held_elements || !is_contiguous(first.from) ||
        !is_contiguous(block.to))
      return std::nullopt;
    place = block.to.first;
  }
  return place;
}

}  // namespace tenon
