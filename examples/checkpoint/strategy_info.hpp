// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a strategy file says of each parameter: device matrix, tensor map, stage.
#include <tenon/io/strategy.hpp>
#include <tenon/io/strategy_places.hpp>

#include "answer.hpp"

namespace tenon::checkpoint {

namespace detail {

inline json layout_json(const StoredLayout& stored, Index stage) {
  json map = json::array();
  for (const Axes& entry : stored.layout.tensor_map) map.push_back(list(entry));
  json about{{"name", stage < 0 ? std::string_view(stored.name) : stage_name(stored.name).name},
             {"device_matrix", list(stored.layout.device_matrix)},
             {"tensor_map", map}};
  if (stage >= 0) about["stage"] = stage;
  if (!stored.layout.shape.empty()) about["shape"] = list(stored.layout.shape);
  if (stored.opt_weight_shard_step != 0)
    about["optimizer_shard"] = {{"step", stored.opt_weight_shard_step},
                                {"size", stored.opt_weight_shard_size}};
  return about;
}

}  // namespace detail

inline Answer strategy_info(StrategyFile strategy) {
  std::sort(strategy.layouts.begin(), strategy.layouts.end(),
            [](const StoredLayout& a, const StoredLayout& b) { return a.name < b.name; });
  const StrategyPlaces places{StrategyFile(strategy)};
  const bool is_merged = places.of(strategy.layouts.front().name).empty();
  Index stage_of_all = -1;  // of a file that is not merged
  if (!is_merged && !strategy.strategies.empty()) stage_of_all = strategy.strategies.front().stage;
  json layouts = json::array(), operators = json::array();
  std::string lines;
  for (const StoredLayout& stored : strategy.layouts) {
    const Index stage = is_merged ? stage_name(stored.name).stage : -1;
    layouts.push_back(detail::layout_json(stored, stage));
    lines.append("  ").append(padded(printable(stored.name), 24)).append("  device matrix ");
    lines.append(text(stored.layout.device_matrix)).append("  tensor map ");
    AxisMap map = stored.layout.tensor_map;
    Axes flat;
    for (const Axes& entry : map) flat.append(entry);
    lines.append(flat.size() == map.size() ? text(flat) : text(map));
    if (stored.opt_weight_shard_step != 0)
      lines.append("  optimizer shard step ")
          .append(text(stored.opt_weight_shard_step))
          .append(" size ")
          .append(text(stored.opt_weight_shard_size));
    lines.append("\n");
  }
  for (const StoredStrategy& stored : strategy.strategies) {
    json splits = json::array();
    for (const Dims& split : stored.splits) splits.push_back(list(split));
    operators.push_back({{"name", stored.name}, {"stage", stored.stage}, {"splits", splits}});
    lines.append("  ").append(padded(printable(stored.name), 24)).append("  ");
    lines.append(stored.splits.empty() ? "layouts, no splits" : "split " + text(stored.splits));
    lines.append("  stage ").append(text(stored.stage)).append("\n");
  }
  std::string head = std::string(strategy.path).append(": a MindSpore strategy file for ");
  head.append(text(places.ranks())).append(" ranks");
  if (places.stages() > 1) head.append(" in ").append(text(places.stages())).append(" stages");
  else if (stage_of_all > 0) head.append(", stage ").append(text(stage_of_all));
  head.append(", ").append(text(Index(strategy.layouts.size()))).append(" parameters\n");
  json document{{"file", strategy.path},   {"kind", "a MindSpore strategy file"},
                {"ranks", places.ranks()}, {"stages", places.stages()},
                {"layouts", layouts},      {"operators", operators}};
  if (stage_of_all >= 0) document["stage"] = stage_of_all;
  return {head.append(lines), document};
}

}  // namespace tenon::checkpoint
