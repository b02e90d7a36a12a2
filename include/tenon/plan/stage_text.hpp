// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A pipeline to read: which ranks a stage has, and what it sends on.
///   stage 0, ranks 0 to 3
///   to stage 1: each rank sends the rank 4 behind it 1 message of 16384 bytes at most
///     layer1.relu                   [32, 512/2]   16384 bytes
#include <tenon/plan/stage_plan.hpp>
#include <tenon/plan/text.hpp>

namespace tenon {

/// Of the rank for which it is most.
constexpr Index most_bytes(const Crossing& crossing, Index ranks) {
  Index most = 0;
  for (Index rank = 0; rank < ranks; ++rank)
    if (const Index own = crossing.bytes(rank); own > most) most = own;
  return most;
}

/// "stage 0, ranks 0 to 3"
inline std::string stage_title(const Pipeline& pipeline, Index stage) {
  const Index first = stage * pipeline.ranks, last = first + pipeline.ranks - 1;
  std::string s = "stage " + std::to_string(stage);
  s.append(last > first ? ", ranks " : ", rank ").append(std::to_string(first));
  return last > first ? s.append(" to ").append(std::to_string(last)) : s;
}

/// "layer1.relu    [32, 512/2]   16384 bytes"
inline std::string text(const Pipeline& pipeline, const Crossing& crossing) {
  std::string s(pipeline.name(crossing.name));
  s.resize(std::max(s.size() + 2, std::size_t(30)), ' ');
  s.append(text(crossing.lies)).append("   ");
  s.append(std::to_string(most_bytes(crossing, pipeline.ranks))).append(" bytes");
  return crossing.passed >= 0 ? s.append(", passed on as it came") : s;
}

/// "to stage 1: each rank sends ..."; "" of the last stage.
inline std::string sending_title(const Pipeline& pipeline, Index stage) {
  if (stage + 1 == Index(pipeline.stages.size())) return "";
  const StagePlan& own = pipeline.stages[std::size_t(stage)];
  return std::string("to stage ")
      .append(std::to_string(stage + 1))
      .append(": each rank sends the rank ")
      .append(std::to_string(pipeline.ranks))
      .append(" behind it 1 message of ")
      .append(std::to_string(own.bytes_sent_on()))
      .append(" bytes at most");
}

}  // namespace tenon
