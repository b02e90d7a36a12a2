// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a strategy file of MindSpore says: how each parameter lies on the devices.
///   {"layer1.weight", {{2, 2, 2}, {{-1}, {1}}, {}}}: columns over axis 1, counted from the right
#include <string>
#include <string_view>
#include <vector>

#include <tenon/layout/record.hpp>

namespace tenon {

/// The layout of one parameter. The protobuf form has no shapes, there `layout.shape` is empty, and
/// a map of several axes for a vector is written like the map of a matrix. The JSON form has flat
/// shapes: [784, 512] whose 512 two axes of 2 cut is [784, 2, 256]. layout_of() undoes both.
struct StoredLayout {
  std::string name;  // in a merged file of several stages "STAGE-name"
  LayoutRecord layout;
  Index field = 0;
  Index opt_weight_shard_step = 0, opt_weight_shard_size = 0;  // optimizer shards; size -1: all
  bool has_nested_map = false;  // the protobuf form has a message for each dimension
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

/// The layout of a parameter whose shape is known, whatever form of file it comes from.
/// @throws Error when the file's layout cannot be of that shape.
inline LayoutRecord layout_of(const StoredLayout& stored, const Dims& shape) {
  LayoutRecord layout{stored.layout.device_matrix, {}, shape};
  const AxisMap& map = stored.layout.tensor_map;
  const Dims& flat = stored.layout.shape;
  const auto refuse = [&] {
    throw Error(std::string(stored.name)
                    .append(" has the shape ")
                    .append(text(shape))
                    .append(", which the strategy file's layout does not fit: ")
                    .append(text(map))
                    .append(flat.empty() ? "" : " of ")
                    .append(flat.empty() ? "" : text(flat)));
  };
  int next = 0;  // entry of the file's map
  for (Index size : shape) {
    Axes axes;
    if (flat.empty()) {  // one entry a dimension; all entries of a vector
      const int last = shape.size() == 1 ? map.size() : next + 1;
      if (last > map.size()) refuse();
      for (; next < last; ++next) axes.append(map[next]);
    } else {  // as many as multiply to the size
      Index parts = 1;
      do {
        const bool is_factor = next < map.size() && flat[next] > 0 &&
                               !__builtin_mul_overflow(parts, flat[next], &parts) &&
                               size % parts == 0;
        if (!is_factor) refuse();
        axes.append(map[next++]);
      } while (parts != size);
    }
    layout.tensor_map.push_back(axes);
  }
  if (next != map.size()) refuse();
  if (const Finding finding = examine(layout)) throw Error(text(finding, stored.name));
  return layout;
}

}  // namespace tenon
