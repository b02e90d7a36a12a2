// SPDX-License-Identifier: Apache-2.0
#pragma once
/// About strategy files alone: which ranks' files another layout needs, and the stages in one file.
#include <tenon/io/source_ranks.hpp>

#include "transformations.hpp"

namespace tenon::checkpoint {

/// As MindSpore's rank_list_for_transform: "2 0".
inline Answer ranks_needed(const std::vector<std::string>& from, const std::vector<std::string>& to,
                           Index rank) {
  const auto ranks = source_ranks(places_of(from), places_of(to), rank);
  std::string line;
  for (Index source : ranks) line.append(line.empty() ? "" : " ").append(text(source));
  return {line.append("\n"), {{"rank", rank}, {"ranks", list(ranks)}}};
}

/// @throws Error as merge_strategies and write_strategy; also when a stage is not given.
inline Answer merged(const std::vector<std::string>& files, const std::string& out) {
  std::vector<StrategyFile> stages;
  InputFiles inputs;
  for (const std::string& path : files) {
    stages.push_back(read_strategy(path));
    inputs.add(path);
  }
  inputs.check_apart(out);
  StrategyFile all = merge_strategies(stages);
  const StrategyPlaces places{StrategyFile(all)};
  tenon::make_folder_of(out);
  write_strategy(out, all);
  const std::string line = std::string(out)
                               .append(": ")
                               .append(text(places.stages()))
                               .append(places.stages() == 1 ? " stage of " : " stages of ")
                               .append(text(places.ranks_of_stage()))
                               .append(" ranks, ")
                               .append(text(Index(all.layouts.size())))
                               .append(" parameters\n");
  return {line,
          {{"file", out},
           {"stages", places.stages()},
           {"ranks", places.ranks()},
           {"parameters", all.layouts.size()}}};
}

}  // namespace tenon::checkpoint
