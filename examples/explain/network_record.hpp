// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore would write down of a network, in the form of a strategy file's JSON, and each
/// tensor's slice:
///   layer1.weight: device matrix [2,2,2], map [-1,1], slice [784,256] of [784,512]
/// MindSpore: strategy files, infer_predict_layout.
#include <string>

#include <tenon/io/network_strategy.hpp>
#include <tenon/io/write_strategy.hpp>
#include <tenon/plan/parameter_layouts.hpp>

#include "layout_case_json.hpp"

namespace tenon::explain {

/// What MindSpore refuses first, or "".
inline std::string refused(const NetworkRecord& record) {
  return record.refused ? text(record.refused, record.names[record.refused.where]) : "";
}

/// The input "x" is among the layouts, though no strategy file has it.
inline json to_json(const NetworkRecord& record) {
  StrategyFile file = strategy_file(record);
  for (const TensorRecord& input : record.inputs) file.layouts.push_back({"x", input.layout});
  json all = json::parse(strategy_json(file));
  all.erase("current_stage");
  for (const NamedLayout& named : infer_predict_layout(record))
    all["slice_shape"][named.name] = to_json(named.layout.slice_shape);
  all["refused"] = record.refused ? json(refused(record)) : json();
  return all;
}

}  // namespace tenon::explain
