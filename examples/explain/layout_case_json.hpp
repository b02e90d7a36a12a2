// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Layouts and operator lists to and from JSON, as the cases write them:
///   "map": [[2, 0], 1, -1];  "operators": [["AllConcat", [0, 1, 0]]]
#include <nlohmann/json.hpp>

#include <tenon/layout/mindspore/redistribution.hpp>

namespace tenon::explain {

using nlohmann::json;

inline List<Index> list_of(const json& items) {
  List<Index> list;
  for (const json& item : items) list.push_back(item.get<Index>());
  return list;
}
inline json to_json(const auto& items) {
  json list = json::array();
  for (const auto& item : items) list.push_back(item);
  return list;
}

template <class Items>
Items items_of(const json& numbers) {
  Items items;
  for (const json& number : numbers) items.push_back(number.get<Index>());
  return items;
}

inline LayoutRecord layout_of(const json& device_matrix, const json& map, const json& shape) {
  LayoutRecord layout{items_of<Axes>(device_matrix), {}, items_of<Dims>(shape)};
  for (const json& entry : map)
    layout.tensor_map.push_back(entry.is_array() ? items_of<Axes>(entry)
                                                 : Axes{entry.get<Index>()});
  if (const Finding finding = examine(layout)) throw Error(text(finding, "case"));
  return layout;
}

/// One axis as a number, several as a list.
inline json to_json(const AxisMap& map) {
  json entries = json::array();
  for (const Axes& entry : map)
    if (entry.size() > 1) entries.push_back(to_json(entry));
    else entries.push_back(entry.empty() ? Index(-1) : entry[0]);
  return entries;
}

/// [["AllConcat", [0, 1, 0]], ...], of operators or of moves.
inline json named_lists(const auto& steps) {
  json list = json::array();
  for (const auto& step : steps) list.push_back({text(step.kind), to_json(step.arguments)});
  return list;
}

inline json list_or_null(const auto& list) { return list ? to_json(*list) : json(); }

/// What a kind computes of a case: its fields by name. Of "" the value is what is wrong, or "".
using Computed = json;

inline LayoutRecord layout_in(const json& c, const char* map = "tensor_map",
                              const char* shape = "tensor_shape") {
  return layout_of(c.at("device_matrix"), c.at(map), c.at(shape));
}
inline LayoutRecord from_in(const json& c) {
  return layout_of(c.at("from_device_matrix"), c.at("from_map"), c.at("from_shape"));
}
inline LayoutRecord to_in(const json& c) {
  return layout_of(c.at("to_device_matrix"), c.at("to_map"), c.at("to_shape"));
}

}  // namespace tenon::explain
