// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a strategy file's layout means: the distribution of a parameter over the files of its
/// stage, the optimizer's cut of dimension 0 included.
///   {"w", {{2, 4}, {{1}, {-1}}, {}}, 0, 1, 4} of shape {16, 8}: dimension 0 in 2 * 4 blocks
#include <tenon/io/blame.hpp>
#include <tenon/io/stored_layout.hpp>
#include <tenon/layout/mindspore/optimizer_shard.hpp>

namespace tenon {

namespace detail {

/// How a JSON file's flat shape falls into the dimensions of a slice: all ways to group its entries
/// so that each group's product is the slice's size times the parts that it is cut into.
inline void group_flat_shape(const StoredLayout& stored, const Dims& sizes, const Dims& shape,
                             const AxisMap& map, int next, std::vector<LayoutRecord>& found) {
  const Dims& flat = stored.layout.shape;
  const int d = shape.size();
  if (d == sizes.size()) {
    if (next == flat.size()) found.push_back({stored.layout.device_matrix, map, shape});
    return;
  }
  Axes axes;
  Index size = 1;
  while (next < flat.size()) {
    const Axes& entry = stored.layout.tensor_map[next];
    const Index last = flat[next++];
    axes.append(entry);
    Index expected = 0;
    if (__builtin_mul_overflow(size, last, &size) ||
        __builtin_mul_overflow(sizes[d], parts(stored.layout.digits(axes)), &expected))
      return;
    if (size == expected) {
      Dims longer_shape = shape;
      AxisMap longer_map = map;
      longer_shape.push_back(size);
      longer_map.push_back(axes);
      group_flat_shape(stored, sizes, longer_shape, longer_map, next, found);
    }
    if (last != parts(stored.layout.digits(entry))) return;  // only all of an axis goes before more
  }
}

/// The layout in which the optimizer's cut is one of dimensions, its axes next to those that cut
/// dimension 0. (optimizer_shard_layout also writes the matrix anew in the order of the dimensions,
/// as MindSpore's transformation does: slices of a map like [0, 1] are then others than the network
/// had.)
inline LayoutRecord optimizer_dimensions(const LayoutRecord& layout, OptimizerShard shard) {
  if (shard.step < 0 || shard.size < -1)
    throw Error(std::string("an optimizer shard of ")
                    .append(text(shard.size))
                    .append(" parts, ranks ")
                    .append(text(shard.step))
                    .append(" apart; legal: 1 or more, or -1 parts: as many as there can be"));
  Axes used, repeating;
  for (const Axes& entry : layout.tensor_map) used.append(entry);
  const int n = layout.device_matrix.size();
  for (int axis = 0; axis < n; ++axis)
    if (layout.device_matrix[axis] > 1 && !contains(used, Index(n - 1 - axis)))
      repeating.push_back(axis);
  if (repeating.empty()) optimizer_shard_layout(layout, shard);  // which refuses it
  const Index step = axis_digit(layout.device_matrix, int(repeating.back())).stride;
  Index repeats = 1;
  for (Index axis : repeating) repeats *= layout.device_matrix[int(axis)];
  if (step != shard.step || (shard.size > 0 && repeats % shard.size))
    throw Error(std::string("an optimizer shard of ")
                    .append(text(shard.size))
                    .append(" parts, ranks ")
                    .append(text(shard.step))
                    .append(" apart, but ")
                    .append(text(layout.device_matrix))
                    .append(" repeats it on ")
                    .append(text(repeats))
                    .append(" ranks, ")
                    .append(text(step))
                    .append(" apart"));
  const Index parts_of_first = parts(layout.digits(layout.tensor_map[0]));
  return shard_over_repeating(layout, repeating, parts_of_first, shard.size);
}

}  // namespace detail

/// The optimizer's cut as further axes of dimension 0, the least significant: of the ranks that
/// repeat a block, in ascending order, the first `size` have its parts, then the next.
/// @throws Error that names the parameter, when that cut does not fit the device matrix.
inline LayoutRecord with_optimizer_shard(const StoredLayout& stored, const LayoutRecord& layout) {
  const OptimizerShard shard{stored.opt_weight_shard_step, stored.opt_weight_shard_size};
  if (shard.step == 0 || shard.size == 0 || layout.shape.empty()) return layout;
  const LayoutRecord cut =
      blame(stored.name, [&] { return detail::optimizer_dimensions(layout, shard); });
  const int more = cut.tensor_map.size() - layout.tensor_map.size();
  LayoutRecord joined{cut.device_matrix, {}, layout.shape};
  Axes first;
  for (int d = 0; d < cut.tensor_map.size(); ++d) {
    if (d > more) joined.tensor_map.push_back(cut.tensor_map[d]);
    else
      for (Index value : cut.tensor_map[d])
        if (value >= 0) first.push_back(value);
    if (d == more) joined.tensor_map.push_back(first.empty() ? Axes{-1} : first);
  }
  return joined;
}

/// How a parameter of that shape lies over the ranks of its stage.
/// @throws Error when the file's layout cannot be of that shape.
inline Distribution stored_distribution(const StoredLayout& stored, const Dims& shape) {
  return lower(with_optimizer_shard(stored, layout_of(stored, shape)));
}

/// The same when only a slice is known: the cuts are right, the shape is the slice's. A scalar is
/// a slice of no dimensions.
/// @throws Error when slices of the layout have other dimensions.
inline Distribution cuts_of_slice(const StoredLayout& stored, const Dims& slice) {
  const LayoutRecord& layout = stored.layout;
  if (layout.shape.empty() || slice.empty())
    return stored_distribution({stored.name,
                                {layout.device_matrix, layout.tensor_map, {}},
                                stored.field,
                                stored.opt_weight_shard_step,
                                stored.opt_weight_shard_size,
                                stored.has_nested_map},
                               slice);
  std::vector<LayoutRecord> found;
  const LayoutRecord flat{layout.device_matrix, layout.tensor_map, layout.shape};
  const Index shards = [&] {  // into how many the optimizer cuts each block of dimension 0
    const Index model = parts(layout.digits(layout.tensor_map[0]));
    return lower(with_optimizer_shard(stored, flat)).parts(0) / model;
  }();
  Dims sizes = slice;
  if (!__builtin_mul_overflow(sizes[0], shards, &sizes[0]))
    detail::group_flat_shape(stored, sizes, {}, {}, 0, found);
  if (found.empty())
    throw Error(std::string(stored.name)
                    .append(" has slices of the shape ")
                    .append(text(slice))
                    .append(", which the strategy file's layout does not fit: ")
                    .append(text(layout.tensor_map))
                    .append(" of ")
                    .append(text(layout.shape)));
  Distribution x = lower(with_optimizer_shard(stored, found[0]));
  for (const LayoutRecord& other : found)
    if (!(lower(with_optimizer_shard(stored, other)).cuts == x.cuts))
      throw Error(std::string(stored.name)
                      .append(" may be cut in several ways: the flat shape ")
                      .append(text(layout.shape))
                      .append(" does not say which; take the protobuf "
                              "form of the strategy file"));
  x.shape = slice;
  return x;
}

}  // namespace tenon
