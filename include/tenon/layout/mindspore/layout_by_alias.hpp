// SPDX-License-Identifier: Apache-2.0
#pragma once
/// mindspore.Layout: a name for each axis of a device matrix, called with the names that cut a
/// tensor:
///   map_by_alias({2, 2, 2}, {"dp", "sp", "mp"}, {{"dp"}, {"mp", "sp"}}) is {{2}, {0, 1}}
/// MindSpore: python/mindspore/parallel/shard.py.
#include <string>
#include <string_view>

#include <tenon/layout/record.hpp>

namespace tenon {

/// The names on each dimension of the tensor; "None": whole.
using AliasMap = List<List<std::string_view>>;

/// @throws Error for a name that is unknown or used twice, and for other than one name an axis
inline AxisMap map_by_alias(const Axes& device_matrix, const List<std::string_view>& aliases,
                            const AliasMap& call) {
  if (Index(aliases.size()) != device_matrix.size())
    throw Error("device_matrix length should be equal to alias_name length: " +
                std::to_string(device_matrix.size()) + " and " + std::to_string(aliases.size()));
  AxisMap map;
  Axes used;
  for (const auto& names : call) {
    Axes entry;
    for (std::string_view name : names) {
      if (name == "None") {
        entry.push_back(-1);
        continue;
      }
      Index value = -1;
      for (std::size_t i = 0; i < aliases.size(); ++i)
        if (aliases[i] == name) value = Index(aliases.size() - 1 - i);
      if (value < 0)
        throw Error("The axis " + std::string(name) + " is not found in the layout's alias_name");
      if (contains(used, value))
        throw Error("The axis " + std::string(name) + " has been set more than one");
      used.push_back(value);
      entry.push_back(value);
    }
    map.push_back(entry);
  }
  return map;
}

/// Into how many parts each dimension is cut.
constexpr Axes sharding_strategy(const LayoutRecord& layout) {
  Axes strategy;
  for (const Axes& entry : layout.tensor_map) strategy.push_back(parts(layout.digits(entry)));
  return strategy;
}

}  // namespace tenon
