// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Two layouts, of a tensor or of it and its reshape, over one device matrix and one shape:
///   [8,4] map [1,0] and [2,16] map [1,0] of [512,1024] become, over [2,4,4] and [2,256,4,256],
///   the maps [2,1,0,-1] and [2,-1,1,0]
/// MindSpore: RedistributionLayoutTransfer, ReshapeLayoutTransfer, TensorLayout::Expand...
#include <tenon/layout/mindspore/flat_layout.hpp>
#include <tenon/layout/mindspore/shape_products.hpp>

namespace tenon {

/// The layout over a finer device matrix: an axis becomes its factors, its dimension as many.
/// [8,4], map [1,-1], [512,1024] over [4,2,2,2] is map [3,2,-1] of [4,128,1024].
constexpr std::optional<FlatLayout> expand_device_matrix(const FlatLayout& layout,
                                                         const List<Index>& finer) {
  const auto factors = factors_of(layout.device_matrix, finer);
  if (!factors) return std::nullopt;
  FlatLayout expanded{finer, {}, {}};
  for (std::size_t d = 0; d < layout.shape.size(); ++d) {
    const Index value = layout.tensor_map[d];
    if (value < 0) {
      expanded.tensor_map.push_back(-1);
      expanded.shape.push_back(layout.shape[d]);
      continue;
    }
    const std::size_t axis = layout.device_matrix.size() - 1 - std::size_t(value);
    Index first = 0,
          rest = layout.shape[d];  // the values to the right of the axis; what is not cut off yet
    for (std::size_t i = axis + 1; i < factors->size(); ++i) first += Index((*factors)[i].size());
    const List<Index>& parts = (*factors)[axis];
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool last = i + 1 == parts.size();
      expanded.tensor_map.push_back(first + Index(parts.size() - 1 - i));
      expanded.shape.push_back(last ? rest : parts[i]);
      if (!last) rest /= parts[i];
    }
  }
  if (!expanded.divides_evenly()) return std::nullopt;
  return normalised(expanded);
}

namespace detail {

/// The first sizes that together make `size`, the last of them cut to fit; `size` itself if they do
/// not.
constexpr List<Index> front_of(const List<Index>& sizes, Index size) {
  List<Index> front;
  Index made = 1;
  if (size <= product(sizes))
    for (std::size_t i = 0; made < size; ++i) {
      made *= sizes[i];
      front.push_back(made <= size ? sizes[i] : size * sizes[i] / made);
    }
  if (front.empty()) front.push_back(size);
  return front;
}

}  // namespace detail

/// The layout of a finer shape: axes that cut a dimension are refined where its pieces need it.
/// [8,4], map [1,0], [128,4096] as [128,4,1024] is map [1,0,-1].
constexpr std::optional<FlatLayout> expand_tensor_shape(const FlatLayout& layout,
                                                        const List<Index>& finer) {
  const auto pieces = factors_of(layout.shape, finer);
  if (!pieces) return std::nullopt;
  List<Index> device_matrix;
  for (std::size_t i = 0; i < layout.device_matrix.size(); ++i) {
    List<Index> sizes;  // of the dimension that the axis cuts
    for (std::size_t d = 0; d < layout.shape.size(); ++d)
      if (layout.tensor_map[d] == Index(layout.device_matrix.size() - 1 - i)) sizes = (*pieces)[d];
    for (Index size : detail::front_of(sizes, layout.device_matrix[i]))
      device_matrix.push_back(size);
  }
  const auto refined = expand_device_matrix(layout, device_matrix);
  if (!refined) return std::nullopt;
  const auto counts = factors_of(refined->shape, finer);
  if (!counts) return std::nullopt;
  FlatLayout expanded{refined->device_matrix, {}, finer};
  for (std::size_t d = 0; d < refined->shape.size(); ++d)
    for (std::size_t i = 0; i < (*counts)[d].size(); ++i)
      expanded.tensor_map.push_back(i ? -1 : refined->tensor_map[d]);
  if (!expanded.divides_evenly()) return std::nullopt;
  return normalised(expanded);
}

namespace detail {

/// Cuts `layout` until it has all the cuts of the shape of `other`.
constexpr bool refine(FlatLayout& layout, FlatLayout& other) {
  for (int rounds = 0; rounds < 64; ++rounds) {
    const auto finer = expand_shape(layout.shape, other.shape);
    if (!finer) return false;
    if (*finer == layout.shape) return true;
    const auto expanded = expand_tensor_shape(layout, *finer);
    if (!expanded) return false;
    const auto followed = expand_device_matrix(other, expanded->device_matrix);
    if (!followed) return false;
    layout = *expanded;
    other = *followed;
  }
  return false;
}

}  // namespace detail

struct UnifiedLayouts {
  FlatLayout from, to;  // of one device matrix and one shape
};

/// Law: both have one device matrix and one shape, and each cuts the elements, in row-major order,
/// as its original does. Nothing if the sizes do not nest, as 3 and 8 ("un-expandable").
/// @pre normalised, of as many devices and elements
constexpr std::optional<UnifiedLayouts> unify(const FlatLayout& from, const FlatLayout& to) {
  const auto device_matrix = unify_shape(from.device_matrix, to.device_matrix);
  if (!device_matrix) return std::nullopt;
  const auto first = expand_device_matrix(from, *device_matrix);
  const auto second = expand_device_matrix(to, *device_matrix);
  if (!first || !second || !expand_shape(first->shape, second->shape)) return std::nullopt;
  UnifiedLayouts both{*first, *second};
  for (int rounds = 0; !(both.from.shape == both.to.shape); ++rounds)
    if (rounds == 64 || !detail::refine(both.from, both.to) || !detail::refine(both.to, both.from))
      return std::nullopt;
  return both;
}
constexpr std::optional<UnifiedLayouts> unify(const LayoutRecord& from, const LayoutRecord& to) {
  return unify(flat(from), flat(to));
}

}  // namespace tenon
