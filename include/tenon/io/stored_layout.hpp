// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a strategy file of MindSpore says: how each parameter lies on the devices.
///   {"layer1.weight", {{2, 2, 2}, {{-1}, {1}}, {}}}: columns over axis 1, counted from the right
#include <string>
#include <string_view>
#include <vector>

#include <tenon/layout/record.hpp>

namespace tenon {

/// The layout of one parameter. The file has no shapes, so `layout.shape` is empty. A map of
/// several axes for a vector is written like the map of a matrix: only the shape tells.
struct StoredLayout {
  std::string name;  // in a merged file of several stages "STAGE-name"
  LayoutRecord layout;
  Index field = 0;
  Index opt_weight_shard_step = 0, opt_weight_shard_size = 0;  // optimizer shards; size -1: all
};

/// The splits of one operator's inputs; none where the user gave layouts.
struct StoredStrategy {
  std::string name;  // "MatMul_layer1.weight"
  Index stage = 0;
  std::vector<Dims> splits;
};

struct StrategyFile {
  std::string path;
  Index current_stage = 0;  // says nothing: MindSpore writes 2 when saving, 1 when merging
  std::vector<StoredLayout> layouts;
  std::vector<StoredStrategy> strategies;

  /// The layout of a parameter, or none.
  const StoredLayout* find(std::string_view name) const {
    for (const StoredLayout& stored : layouts)
      if (stored.name == name) return &stored;
    return nullptr;
  }
  /// The strategy of an operator, or none.
  const StoredStrategy* find_strategy(std::string_view name) const {
    for (const StoredStrategy& stored : strategies)
      if (stored.name == name) return &stored;
    return nullptr;
  }
};

}  // namespace tenon
