// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A parameter's layout as MindSpore exports it (infer_predict_layout, parameter_layout_dict):
///   [2,1,4], map [0,1], of [64,32] is exported as ([2,4], [0,-1], [16,32], 0, True, '')
/// MindSpore: get_parallel_info.cc, _tensor.py.
#include <string>

#include <tenon/layout/mindspore/flat_layout.hpp>

namespace tenon {

struct ParameterLayout {
  List<Index> device_matrix, tensor_map;  // without axes of size 1, one axis a dimension
  List<Index> expanded_shape;             // what the map is for
  List<Index> slice_shape, full_shape;    // of the parameter itself
  Index field_size = 0;
  bool uniform_split = true;
  std::string opt_shard_group;
};

/// @pre !examine(layout)
inline ParameterLayout parameter_layout(const LayoutRecord& layout) {
  const FlatLayout exported = flat(layout);
  ParameterLayout parameter{exported.device_matrix,
                            exported.tensor_map,
                            exported.shape,
                            slice_shape(layout),
                            {},
                            0,
                            true,
                            {}};
  for (Index size : layout.shape) parameter.full_shape.push_back(size);
  return parameter;
}

/// Whether two operators may use one parameter so: equal layouts, or whole for both.
constexpr bool may_share(const LayoutRecord& a, const LayoutRecord& b) {
  const FlatLayout first = flat(a), second = flat(b);
  return first == second || (first.shape == second.shape && first.is_whole() && second.is_whole());
}

/// The slice of a whole tensor, in row-major order, that `rank` loads.
/// @pre whole: product(layout.shape) elements; the layout divides them evenly
template <class Value>
constexpr List<Value> load_tensor(const List<Value>& whole, const LayoutRecord& layout,
                                  Index rank) {
  const Distribution distribution = lower(layout);
  if (Index(whole.size()) != product(layout.shape) || !distribution.divides_evenly())
    throw Error("a tensor of " + std::to_string(whole.size()) + " elements is no " +
                text(layout.shape) + " that its layout cuts evenly");
  const Box box = distribution.box(rank);
  List<Value> slice;
  for (Index i = 0; i < volume(box); ++i) {
    Index rest = i, at = 0, stride = 1;
    for (int d = box.size() - 1; d >= 0; --d) {
      at += (box[d].first + rest % box[d].size()) * stride;
      rest /= box[d].size();
      stride *= layout.shape[d];
    }
    slice.push_back(whole[std::size_t(at)]);
  }
  return slice;
}

}  // namespace tenon
