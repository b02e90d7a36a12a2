// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A layout as MindSpore writes it: a device matrix, a tensor map, a shape.
///   LayoutRecord{{2, 1, 2, 2}, {{3}, {1}}, {32, 512}}: rows over axis 3 and columns over axis 1,
///   counted from the right. -1 or no axis: whole. Several axes cut one dimension, the first the
///   most significant. Ranks are row-major over the device matrix.
/// MindSpore: Layout, TensorLayout; facts in strategy files.
#include <tenon/layout/distribution.hpp>
#include <tenon/layout/finding.hpp>

namespace tenon {

using Axes = Vector<Index, 16>;                // of a device matrix, or of one tensor map entry
using AxisMap = Vector<Axes, max_dimensions>;  // for each dimension, the axes that cut it

/// The digit of axis i (from the left) of ranks row-major over the device matrix.
constexpr Digit axis_digit(const Axes& device_matrix, int i) {
  Index stride = 1;
  for (int j = device_matrix.size() - 1; j > i; --j) stride *= device_matrix[j];
  return {device_matrix[i], stride};
}

struct LayoutRecord {
  Axes device_matrix;
  AxisMap tensor_map;
  Dims shape;

  constexpr Index devices() const { return product(device_matrix); }
  /// The digits of one entry of the map.
  constexpr Digits digits(const Axes& entry) const {
    Digits found;
    for (Index value : entry)
      if (value >= 0)
        found.push_back(axis_digit(device_matrix, device_matrix.size() - 1 - int(value)));
    return found;
  }
  friend constexpr bool operator==(const LayoutRecord&, const LayoutRecord&) = default;
};

/// What MindSpore's TensorLayout refuses of any layout, and Tenon too (divisibility is only
/// strict's).
constexpr Finding examine(const LayoutRecord& layout) {
  const Index axes = layout.device_matrix.size();
  if (layout.tensor_map.size() != layout.shape.size())
    return {Mistake::map_of_other_rank, {}, -1, 0, layout.tensor_map.size(), layout.shape.size()};
  for (Index size : layout.device_matrix)
    if (size < 1) return {Mistake::axis_without_ranks, {}, -1, 0, size};
  Axes used;
  for (int d = 0; d < layout.tensor_map.size(); ++d)
    for (Index value : layout.tensor_map[d]) {
      if (value < -1 || value >= axes)
        return {Mistake::map_value_out_of_range, {}, -1, char('0' + d), value, axes};
      if (value >= 0 && contains(used, value))
        return {Mistake::axis_used_twice, {}, -1, char('0' + d), value};
      if (value >= 0) used.push_back(value);
    }
  return {};
}

/// What the layout means. Law: equal meanings are equal distributions, whatever the spelling.
/// @pre !examine(layout)
constexpr Distribution lower(const LayoutRecord& layout) {
  Distribution x = whole(layout.shape);
  for (int d = 0; d < layout.tensor_map.size(); ++d)
    x = x.cut(d, layout.digits(layout.tensor_map[d]));
  return x;
}

}  // namespace tenon
