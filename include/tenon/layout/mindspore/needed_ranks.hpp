// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which ranks' slices a rank needs to make its own slice of another layout:
///   [4,2] map [1,0] to whole, rank 0: all eight; from [8] map [-1,-1]: {0}
/// MindSpore: rank_list_for_transform, _get_needed_rank_transform_operator_map_by_layouts,
/// _infer_rank_list.
#include <tenon/layout/mindspore/redistribution.hpp>

namespace tenon {

struct ProgramOfRank {
  Index rank = 0;
  RedistributionProgram program;
};

namespace detail {

struct LeveledGather {
  Index level = 0;  // how many gathers come before it
  List<Index> ranks;
};

/// The first `levels` gathers of a program.
constexpr List<LeveledGather> first_gathers(const RedistributionProgram& program, Index levels) {
  List<LeveledGather> found;
  for (const RedistributionOperator& step : program) {
    if (step.kind != RedistributionKind::all_concat || Index(found.size()) == levels) continue;
    LeveledGather gather{Index(found.size()), step.arguments};
    gather.ranks.resize(gather.ranks.size() - 1);
    found.push_back(gather);
  }
  return found;
}

}  // namespace detail

/// The programs of all ranks that take part in making the slice of `rank`: of the groups of its
/// gathers, and of the groups of their earlier gathers. `rank` first, then in the order in which
/// MindSpore finds them.  program_of(rank) -> RedistributionProgram
constexpr List<ProgramOfRank> programs_of_all(const auto& program_of, Index rank) {
  List<ProgramOfRank> found{{rank, program_of(rank)}};
  List<detail::LeveledGather> waiting =
      detail::first_gathers(found[0].program, Index(found[0].program.size()));
  const auto is_found = [&](Index other) {
    for (const ProgramOfRank& one : found)
      if (one.rank == other) return true;
    return false;
  };
  while (!waiting.empty()) {
    const detail::LeveledGather gather = waiting.back();
    waiting.resize(waiting.size() - 1);
    for (Index other : gather.ranks) {
      if (is_found(other)) continue;
      found.push_back({other, program_of(other)});
      List<detail::LeveledGather> queue;
      const List<detail::LeveledGather> more =
          detail::first_gathers(found.back().program, gather.level);
      for (std::size_t i = more.size(); i-- > 0;) queue.push_back(more[i]);
      detail::add_all(queue, waiting);
      waiting = queue;
    }
  }
  return found;
}

/// The smaller layout gets an axis on the left that repeats it, so that both are of as many
/// devices.
constexpr void pad_devices(LayoutRecord& from, LayoutRecord& to) {
  const Index a = from.devices(), b = to.devices();
  if (a % b && b % a)
    throw Error("slices of " + std::to_string(a) + " devices cannot become those of " +
                std::to_string(b));
  if (a > b) to.device_matrix.insert(0, a / b);
  if (b > a) from.device_matrix.insert(0, b / a);
}

/// The ranks of `from`, ascending, whose slices `rank` needs for its slice of `to`. MindSpore's
/// rank_list_for_transform gives these for the stage's local rank, in descending order.
constexpr List<Index> needed_ranks(LayoutRecord from, LayoutRecord to, Index rank) {
  const Index sources = from.devices();
  pad_devices(from, to);
  const List<Index> devices = ranks_up_to(from.devices());
  const auto program_of = [&](Index other) {
    return redistribution(from, to, other, devices).operators;
  };
  List<bool> needed(static_cast<std::size_t>(sources));
  for (const ProgramOfRank& one : programs_of_all(program_of, rank))
    needed[std::size_t(one.rank % sources)] = true;
  List<Index> ranks;
  for (Index other = 0; other < sources; ++other)
    if (needed[std::size_t(other)]) ranks.push_back(other);
  return ranks;
}

struct PredictRanks {
  List<Index> ranks;
  bool load_directly = false;  // without putting slices together and cutting them again
};

/// The files that `local_rank` loads of a parameter trained in one layout to predict in another (or
/// alone: nothing): those whose coordinate is 0 on every axis that repeats the parameter.
constexpr PredictRanks predict_ranks(const LayoutRecord& train,
                                     const std::optional<LayoutRecord>& predict, Index local_rank) {
  const int n = train.device_matrix.size();
  Axes used;
  for (const Axes& entry : train.tensor_map)
    for (Index value : entry) used.push_back(value);
  List<Index> ranks;
  for (Index rank = 0; rank < train.devices(); ++rank) {
    bool first = true;
    for (int axis = 0; axis < n; ++axis)
      first = first && (contains(used, Index(n - 1 - axis)) ||
                        axis_digit(train.device_matrix, axis).of(rank) == 0);
    if (first) ranks.push_back(rank);
  }
  if (!predict) return {ranks, false};
  if (train.device_matrix == predict->device_matrix && train.tensor_map == predict->tensor_map)
    return {{local_rank}, true};
  bool similar = train.tensor_map == predict->tensor_map;
  for (Index value : used)
    similar =
        similar &&
        (value < 0 || (value < predict->device_matrix.size() &&
                       train.device_matrix[n - 1 - int(value)] ==
                           predict->device_matrix[predict->device_matrix.size() - 1 - int(value)]));
  if (similar && ranks.size() == 1) return {ranks, true};
  if (similar && local_rank < Index(ranks.size()) && Index(ranks.size()) == predict->devices())
    return {{ranks[std::size_t(local_rank)]}, true};
  return {ranks, false};
}

}  // namespace tenon
