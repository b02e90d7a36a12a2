// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a case expects and what was computed:  "out_maps: expected [[3,1]], computed [[3,0]]"
#include <optional>
#include <set>
#include <string>

#include "layout_case_json.hpp"

namespace tenon::explain {

/// The first field that differs, or that nobody computed although it is no input.
inline std::optional<std::string> difference(const json& c, const json& computed,
                                             const std::set<std::string>& inputs) {
  static const std::set<std::string> about{
      "id", "kind", "source", "test", "disabled_in_2025", "note", "asserted", "framework"};
  for (const auto& [field, value] : c.items()) {
    if (about.count(field)) continue;
    if (computed.contains(field) && computed.at(field) != value)
      return field + ": expected " + value.dump() + ", computed " + computed.at(field).dump();
    if (!computed.contains(field) && !inputs.count(field))
      return field + ": expected " + value.dump() + ", not computed";
  }
  return std::nullopt;
}

}  // namespace tenon::explain
