// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A parameter that the optimizer cuts further: dimension 0, over axes that would repeat it.
///   [2,2,2], map [2,1,-1], of [16,32,8], step 1, size 2 becomes map [2,0,1,-1] of [2,8,32,8]
/// MindSpore: _construct_tensor_layout_for_opt_shard, GenerateOptShardSliceShape.
#include <optional>

#include <tenon/layout/mindspore/flat_layout.hpp>

namespace tenon {

/// The ranks that share a slice differ by `step` and there are `size` of them; size -1: all that
/// repeat, step or size 0: the optimizer cuts nothing.
struct OptimizerShard {
  Index step = 0, size = 0;
};

namespace detail {

/// Dimension 0 becomes its parts, one dimension for each of `axes` but the last, and what is left.
constexpr LayoutRecord cut_first_dimension(const LayoutRecord& layout, Index parts,
                                           const Axes& axes) {
  LayoutRecord cut = layout;
  Index rest = layout.shape[0] / parts;
  cut.shape[0] = parts;
  for (int i = 0; i < axes.size(); ++i) {
    const Index size = layout.device_matrix[int(axes[i])];
    cut.shape.insert(i + 1, i + 1 < axes.size() ? size : rest);
    cut.tensor_map.insert(i + 1, Axes{layout.device_matrix.size() - 1 - axes[i]});
    rest /= size;
  }
  return cut;
}

/// The repeating axes are taken from the right until they make `size`; the last one taken is cut in
/// two if it is larger than what is left.
constexpr LayoutRecord shard_over_repeating(LayoutRecord layout, const Axes& repeating, Index parts,
                                            Index size) {
  if (size == -1) {
    size = 1;
    for (Index axis : repeating) size *= layout.device_matrix[int(axis)];
  }
  Axes taken;
  for (int i = repeating.size() - 1; i >= 0; --i) {
    const int axis = int(repeating[i]);
    const Index axis_size = layout.device_matrix[axis];
    if (size < axis_size) {
      if (axis_size % size)
        throw Error("an axis of " + std::to_string(axis_size) +
                    " devices cannot be cut by the optimizer into " + std::to_string(size));
      const Index value =
          layout.device_matrix.size() - 1 - axis;  // it and all to its left move up by one
      layout.device_matrix[axis] = axis_size / size;
      layout.device_matrix.insert(axis + 1, size);
      for (Axes& entry : layout.tensor_map)
        for (Index& v : entry) v += v >= value;
      for (Index& other : taken) ++other;
      taken.insert(0, axis + 1);
      size = 1;
    } else {
      if (size % axis_size)
        throw Error("an optimizer shard of " + std::to_string(size) +
                    " is no multiple of an axis of " + std::to_string(axis_size) + " devices");
      taken.insert(0, axis);
      size /= axis_size;
    }
    if (size == 1) break;
  }
  return cut_first_dimension(layout, parts, taken);
}

}  // namespace detail

/// The layout in which the optimizer's cut is one of dimensions, so that a redistribution can
/// follow it.
/// @throws Error if nothing repeats the parameter, or the axes do not make the shard
constexpr LayoutRecord optimizer_shard_layout(const LayoutRecord& layout, OptimizerShard shard) {
  if (shard.step == 0 || shard.size == 0) return layout;
  const int n = layout.device_matrix.size();
  bool nested = false;
  Axes used, strategy, repeating;
  for (const Axes& entry : layout.tensor_map) {
    nested = nested || entry.size() > 1;
    for (Index value : entry) used.push_back(value);
    strategy.push_back(parts(layout.digits(entry)));
  }
  for (int axis = 0; axis < n; ++axis)
    if (layout.device_matrix[axis] > 1 && !contains(used, Index(n - 1 - axis)))
      repeating.push_back(axis);
  if (repeating.empty())
    throw Error("the optimizer cannot cut a parameter that no axis of " +
                text(layout.device_matrix) + " repeats");
  const int first = int(repeating[0]);
  if (!nested && repeating.size() == 1) {
    const Index stride = axis_digit(layout.device_matrix, first).stride;
    if (stride != shard.step)
      throw Error("the optimizer sharding step " + std::to_string(shard.step) +
                  " is not equal to the model parallel sharding size " + std::to_string(stride));
  }
  if (nested || first > 0 || (repeating.size() > 1 && repeating.size() < n))
    return detail::shard_over_repeating(layout, repeating, strategy[0], shard.size);

  // The parameter is repeated over the leftmost axis only (or all): the matrix is written anew, as
  // what still repeats, the optimizer's part, and the parts of the dimensions.
  const int dimensions = strategy.size();
  LayoutRecord cut{{}, {}, layout.shape};
  const Index still = layout.devices() / (shard.step * shard.size);
  if (still > 1) cut.device_matrix.push_back(still);
  cut.device_matrix.push_back(shard.size);
  for (int d = 0; d < dimensions; ++d) {
    cut.device_matrix.push_back(strategy[d]);
    cut.tensor_map.push_back({strategy[d] == 1 ? -1 : Index(dimensions - 1 - d)});
  }
  cut.tensor_map.insert(1, Axes{dimensions});
  cut.shape[0] = strategy[0];
  cut.shape.insert(1, layout.shape[0] / strategy[0]);
  return cut;
}

/// A rank's slice when the optimizer cuts over all that repeat it (over `size` of them where
/// given): [4,4,2], map [1,0], of [512,1024] is [32,512]. Nothing if none repeat, or dimension 0
/// does not divide.
constexpr std::optional<List<Index>> optimizer_shard_slice(const LayoutRecord& layout,
                                                           Index size = -1) {
  const FlatLayout exported = flat(layout);
  Index repeats = 1;
  bool repeated = false;
  for (std::size_t value = 0; value < exported.device_matrix.size(); ++value) {
    if (contains(exported.tensor_map, Index(value))) continue;
    repeats *= exported.parts(Index(value));
    repeated = true;
  }
  if (!repeated) return std::nullopt;
  if (size != -1 && repeats >= size) repeats = size;
  List<Index> slice = slice_shape(layout);
  if (slice.empty() || slice[0] % repeats) return std::nullopt;
  slice[0] /= repeats;
  return slice;
}

}  // namespace tenon
