// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What can be wrong with a layout in a strategy file, and how many a file may hold:
///   layout_mistake({"w", {{2, 0}, {{-1}}, {}}}) == "w has the device matrix [2, 0]; legal: ..."
#include <algorithm>

#include <tenon/io/stored_layout.hpp>

namespace tenon {

/// What no strategy file may pass, so that reading one takes no more memory than its own size and a
/// constant (less than 256 MiB).
inline constexpr std::size_t max_stored_layouts = 1 << 16, max_stored_strategies = 1 << 16,
                             max_stored_inputs = 16;
/// Of all stages of a strategy together.
inline constexpr Index max_stored_ranks = Index(1) << 20;

namespace detail {

/// "" where nothing is. A layout without a shape may have any.
inline std::string layout_mistake(const StoredLayout& stored) {
  Index devices = 1;
  for (Index size : stored.layout.device_matrix) {
    if (size < 1 || size > max_stored_ranks / devices)
      return std::string(stored.name)
          .append(" has the device matrix ")
          .append(text(stored.layout.device_matrix))
          .append("; legal: sizes of 1 or more, a product of at most 2^20");
    devices *= size;
  }
  LayoutRecord layout = stored.layout;
  if (layout.shape.empty()) layout.shape = Dims::filled(layout.tensor_map.size(), 1);
  Index elements = 1;  // dimensions of none aside: a slice of it may have some
  for (Index size : layout.shape)
    if (size < 0 || (size > 0 && __builtin_mul_overflow(elements, size, &elements)))
      return std::string(stored.name)
          .append(" has the shape ")
          .append(text(layout.shape))
          .append("; legal: sizes of 0 or more, whose product is below 2^63");
  if (const Finding finding = examine(layout)) return text(finding, stored.name);
  return "";
}

/// @throws Error when two layouts have one name.
inline void check_names(const StrategyFile& strategy) {
  std::vector<std::string_view> names;
  for (const StoredLayout& stored : strategy.layouts) names.push_back(stored.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error(std::string("cannot read ")
                    .append(strategy.path)
                    .append(": a second layout of ")
                    .append(*twice));
}

}  // namespace detail
}  // namespace tenon
