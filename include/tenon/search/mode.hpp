// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How strategies are searched for, in MindSpore's words:  search_mode("dynamic_programming")
/// MindSpore: AutoParallel(parallel_mode="dynamic_programming"), search_mode.
#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon {

enum class SearchMode : std::uint8_t {
  dynamic_programming,    // the cheapest of all
  recursive_programming,  // each operator cut again and again, the largest first
  sharding_propagation,   // from the operators that have a strategy to their neighbours
};

constexpr std::string_view text(SearchMode mode) {
  constexpr std::string_view names[] = {"dynamic_programming", "recursive_programming",
                                        "sharding_propagation"};
  return names[int(mode)];
}

constexpr std::optional<SearchMode> search_mode(std::string_view name) {
  for (int mode = 0; mode < 3; ++mode)
    if (text(SearchMode(mode)) == name) return SearchMode(mode);
  return {};
}

}  // namespace tenon
