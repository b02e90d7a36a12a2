// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The cores that ranks of a node may use, and what to say where they share or idle them:
///   "8 ranks with 1 thread each share 2 cores; mpirun -n 2 would give each its own"
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

/// Numbers of cores, ascending.
using CoreNumbers = std::vector<int>;

/// A sentence about ranks whose threads share cores though others are free, or are more than the
/// cores; with the flag of mpirun, or the option, that mends it. Empty where all is well, or
/// unknown.
/// @param ranks each rank's cores, of all ranks of one node; @param threads of each rank
/// @param node how many cores the node has
inline std::string advice(std::span<const CoreNumbers> ranks, int threads, int node) {
  CoreNumbers all;
  std::size_t fewest = ranks.empty() ? 0 : ranks[0].size();
  for (const CoreNumbers& mine : ranks) {
    all.insert(all.end(), mine.begin(), mine.end());
    fewest = std::min(fewest, mine.size());
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (fewest == 0) return {};
  const auto count = [](std::size_t n, std::string_view what) {
    return std::to_string(n).append(" ").append(what).append(n == 1 ? "" : "s");
  };
  const bool one = ranks.size() == 1;
  const std::size_t own = std::size_t(threads), wanted = ranks.size() * own,
                    there = std::size_t(node), fair = there / ranks.size();
  std::string text = count(ranks.size(), "rank").append(" with ").append(count(own, "thread"));
  text.append(one ? " " : " each ");
  const auto bound = [](std::size_t n) {
    return std::string("mpirun --map-by slot:PE=")
        .append(std::to_string(n))
        .append(" --bind-to core");
  };
  if (wanted > there) {
    text.append(one ? "shares " : "share ").append(count(all.size(), "core")).append("; ");
    if (fair > 0) text.append("Cpu{{.threads = ").append(std::to_string(fair)).append("}}");
    else text.append("mpirun -n ").append(std::to_string(there));
    return text.append(" would give each its own");
  }
  if (wanted > all.size() || own > fewest)
    return text.append(one ? "shares " : "share ")
        .append(count(all.size(), "core"))
        .append(" of ")
        .append(std::to_string(there))
        .append("; ")
        .append(bound(own))
        .append(" gives each its own");
  if (fair <= own) return {};
  return text.append(one ? "leaves " : "leave ")
      .append(count(there - wanted, "core"))
      .append(" of ")
      .append(std::to_string(there))
      .append(" idle; Cpu{{.threads = ")
      .append(std::to_string(fair))
      .append("}} with ")
      .append(bound(fair))
      .append(" uses ")
      .append(fair * ranks.size() == there ? "all" : "more");
}

}  // namespace tenon
