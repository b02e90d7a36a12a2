// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A layout in which at most one axis cuts a dimension: what MindSpore computes with.
///   flat({{8, 2, 4}, {{2}, {1, 0}}, {512, 1024}}) is {{8, 2, 4}, {2, 1, 0}, {512, 2, 512}}
/// MindSpore: TensorLayout (Init, InitFromExtendVector, SqueezeShape).
#include <optional>

#include <tenon/layout/record.hpp>

namespace tenon {

struct FlatLayout {
  List<Index> device_matrix, tensor_map, shape;  // of any length: refinement adds dimensions

  /// How many parts an entry of the map makes; -1 makes one.
  constexpr Index parts(Index value) const {
    return value < 0 ? 1 : device_matrix[device_matrix.size() - 1 - std::size_t(value)];
  }
  constexpr List<Index> slice_shape() const {
    List<Index> slice;
    for (std::size_t d = 0; d < shape.size(); ++d) slice.push_back(shape[d] / parts(tensor_map[d]));
    return slice;
  }
  constexpr bool divides_evenly() const {
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (shape[d] % parts(tensor_map[d])) return false;
    return true;
  }
  constexpr bool is_whole() const {
    for (Index value : tensor_map)
      if (value >= 0) return false;
    return true;
  }
  friend constexpr bool operator==(const FlatLayout&, const FlatLayout&) = default;
};

/// Without the device axes of size 1, the others renumbered; [1] if there is no other.
/// normalised({{16, 1, 1}, {2, 0}, {512, 1024}}) is {{16}, {0, -1}, {512, 1024}}
constexpr FlatLayout normalised(const FlatLayout& layout) {
  FlatLayout normal{{}, layout.tensor_map, layout.shape};
  for (Index size : layout.device_matrix)
    if (size != 1) normal.device_matrix.push_back(size);
  if (normal.device_matrix.empty()) normal.device_matrix.push_back(1);
  for (Index& value : normal.tensor_map) {
    if (value < 0) continue;
    Index ones = 0;  // to the right of the axis
    for (Index v = 0; v < value; ++v) ones += layout.parts(v) == 1;
    value = layout.parts(value) == 1 ? -1 : value - ones;
  }
  return normal;
}

/// Several axes on one dimension become several dimensions: each of its axis' size, the last of the
/// rest. Not normalised.  @pre !examine(layout)
constexpr FlatLayout flattened(const LayoutRecord& layout) {
  FlatLayout flat;
  for (Index size : layout.device_matrix) flat.device_matrix.push_back(size);
  for (int d = 0; d < layout.shape.size(); ++d) {
    const Axes& entry = layout.tensor_map[d];
    Index rest = layout.shape[d];
    for (int i = 0; i + 1 < entry.size(); ++i) {
      flat.tensor_map.push_back(entry[i]);
      flat.shape.push_back(flat.parts(entry[i]));
      rest /= flat.parts(entry[i]);
    }
    flat.tensor_map.push_back(entry.empty() ? -1 : entry.back());
    flat.shape.push_back(rest);
  }
  return flat;
}
constexpr FlatLayout flat(const LayoutRecord& layout) { return normalised(flattened(layout)); }

/// Without the dimensions of size 1; of a single element one dimension is left.
constexpr FlatLayout squeezed(const FlatLayout& layout) {
  FlatLayout rest{layout.device_matrix, {}, {}};
  for (std::size_t d = 0; d < layout.shape.size(); ++d) {
    if (layout.shape[d] == 1) continue;
    rest.tensor_map.push_back(layout.tensor_map[d]);
    rest.shape.push_back(layout.shape[d]);
  }
  if (rest.shape.empty()) return {layout.device_matrix, {-1}, {1}};
  return rest;
}

/// What a rank holds of the tensor itself, its dimensions not split up.
constexpr List<Index> slice_shape(const LayoutRecord& layout) {
  List<Index> slice;
  for (int d = 0; d < layout.shape.size(); ++d)
    slice.push_back(layout.shape[d] / parts(layout.digits(layout.tensor_map[d])));
  return slice;
}

}  // namespace tenon
