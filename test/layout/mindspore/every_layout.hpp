// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All layouts of a shape over a device matrix, nested maps too, to try a law on every one of them:
///   every_layout({2}, {4, 6}) are the maps [-1,-1], [0,-1] and [-1,0]
#include <tenon/layout/record.hpp>

namespace tenon::test {

/// Those that cut evenly: each axis on some dimension or on none, in any order within one.
inline List<LayoutRecord> every_layout(const Axes& device_matrix, const Dims& shape,
                                       bool nested = true) {
  List<LayoutRecord> layouts;
  List<LayoutRecord> waiting{{device_matrix, AxisMap::filled(shape.size(), {}), shape}};
  while (!waiting.empty()) {
    const LayoutRecord layout = waiting.back();
    waiting.resize(waiting.size() - 1);
    if (contains(layouts, layout)) continue;
    if (lower(layout).divides_evenly()) layouts.push_back(layout);
    Axes used;
    for (const Axes& entry : layout.tensor_map) used.append(entry);
    for (Index value = 0; value < device_matrix.size(); ++value)
      for (int d = 0; d < shape.size() && !contains(used, value); ++d) {
        if (!nested && !layout.tensor_map[d].empty()) continue;
        waiting.push_back(layout);
        waiting.back().tensor_map[d].push_back(value);
      }
  }
  return layouts;
}

}  // namespace tenon::test
