// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The strategy files of a pipeline's stages as one, and a part of a strategy file:
///   merge_strategies({stage0, stage1}).find("1-layer3.weight")
#include <charconv>
#include <functional>
#include <set>

#include <tenon/io/stored_layout.hpp>

namespace tenon {

/// One parameter of a merged file:  stage_name("1-layer3.weight") == {1, "layer3.weight"}
struct StageName {
  Index stage = -1;  // -1: the file is not merged
  std::string_view name;
};

constexpr StageName stage_name(std::string_view stored) {
  const std::size_t digits = std::min(stored.find_first_not_of("0123456789"), stored.size());
  if (digits == 0 || digits > 9 || stored.substr(digits, 1) != "-") return {-1, stored};
  Index stage = 0;
  for (char digit : stored.substr(0, digits)) stage = 10 * stage + (digit - '0');
  return {stage, stored.substr(digits + 1)};
}

/// All stages in one: parameters are named "STAGE-name". A second file of a stage is left out.
/// @throws Error when a file has no layouts or no strategies (which say the stage), or is merged
/// already. MindSpore: merge_pipeline_strategys.
inline StrategyFile merge_strategies(const std::vector<StrategyFile>& files) {
  StrategyFile merged{"", 1, {}, {}};
  std::set<Index> stages;
  for (const StrategyFile& file : files) {
    if (file.strategies.empty() || file.layouts.empty())
      throw Error(std::string(file.path).append(" cannot be merged: it has no layouts or no "
                                                "strategies, which say its stage"));
    const Index stage = file.strategies.front().stage;
    for (const StoredStrategy& stored : file.strategies)
      if (stored.stage != stage)
        throw Error(std::string(file.path).append(" cannot be merged: it has operators of stage ")
                        .append(text(stage)).append(" and of ").append(text(stored.stage)));
    if (!stages.insert(stage).second) continue;
    merged.path.append(merged.path.empty() ? "" : " + ").append(file.path);
    merged.strategies.insert(merged.strategies.end(), file.strategies.begin(),
                             file.strategies.end());
    for (StoredLayout stored : file.layouts) {
      stored.name = text(stage).append("-").append(stored.name);
      merged.layouts.push_back(std::move(stored));
    }
  }
  return merged;
}

/// What MindSpore saves with only_trainable_params: the layouts of the parameters that `trains` is
/// true of, and the strategies of the operators that are named after one of them. (MindSpore also
/// keeps the optimizer's state, as "moments.w": let `trains` be true of it.)
inline StrategyFile only_trainable(StrategyFile strategy,
                                   const std::function<bool(std::string_view)>& trains) {
  std::set<std::string> frozen;
  for (const StoredLayout& stored : strategy.layouts)
    if (const std::string_view name = stage_name(stored.name).name; !trains(name))
      frozen.emplace(name);
  std::erase_if(strategy.layouts, [&](const StoredLayout& stored) {
    return frozen.contains(std::string(stage_name(stored.name).name));
  });
  std::erase_if(strategy.strategies, [&](const StoredStrategy& stored) {
    const std::size_t end = stored.name.find('_');  // "MatMul_layer1.weight"
    return end != stored.name.npos && frozen.contains(stored.name.substr(end + 1));
  });
  return strategy;
}

}  // namespace tenon
