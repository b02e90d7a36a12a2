// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A layout as MindSpore writes it down, without the device axes of size 1:
///   of_record({{2, 1, 2, 2}, {{2}, {1}}, {784, 512}}) is {{2, 2, 2}, {{-1}, {1}}, {784, 512}}
/// MindSpore: TensorLayout::SqueezeShape.
#include <tenon/layout/record.hpp>

namespace tenon {

/// Law: lower(of_record(x)) == lower(x); and flat(of_record(x)) == flat(x) where no dimension is
/// cut by several axes.
/// @pre !examine(layout)
constexpr LayoutRecord of_record(const LayoutRecord& layout) {
  LayoutRecord written{{}, {}, layout.shape};
  Axes axis_now;  // of each axis, counted from the right; -1: it is gone
  for (int i = layout.device_matrix.size() - 1; i >= 0; --i) {
    const Index size = layout.device_matrix[i];
    axis_now.push_back(size == 1 ? -1 : Index(written.device_matrix.size()));
    if (size != 1) written.device_matrix.insert(0, size);
  }
  if (written.device_matrix.empty()) written.device_matrix.push_back(1);
  for (const Axes& entry : layout.tensor_map) {
    Axes axes;
    for (Index value : entry)
      if (value >= 0 && axis_now[int(value)] >= 0) axes.push_back(axis_now[int(value)]);
    written.tensor_map.push_back(axes.empty() ? Axes{-1} : axes);
  }
  return written;
}

}  // namespace tenon
