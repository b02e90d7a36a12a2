// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A window that slides along one dimension, over an input with a border around it:
///   Window w{.kernel = 3, .stride = 2, .before = 1, .after = 1};  w.places(28) == 14
///   w.first(0) == -1;  w.inside(0, 28) is {1, 3}: two of its three elements are no border
#include <tenon/core/kernel.hpp>

namespace tenon {

struct Window {
  Index kernel = 1, stride = 1, before = 0, after = 0, dilation = 1;
  bool whole_last = true;  // no window hangs over the border's end

  /// From its first element to behind its last.
  constexpr Index extent() const { return dilation * (kernel - 1) + 1; }
  /// How many windows there are; one that hangs over begins before the border's end.
  constexpr Index places(Index size) const {
    const Index room = size + before + after - extent();
    const Index whole = room / stride + 1;
    const bool hangs = !whole_last && room % stride && whole * stride < size + before;
    return whole + hangs;
  }
  /// Where a window begins, in elements of the input; negative in the border.
  constexpr Index first(Index place) const { return place * stride - before; }
  /// Which of a window's elements the input has.
  constexpr Interval inside(Index place, Index size) const { return between(place, 0, size); }
  /// Which of them the input and its border have.
  constexpr Interval padded(Index place, Index size) const {
    return between(place, -before, size + after);
  }

 private:
  constexpr Interval between(Index place, Index low, Index high) const {
    const auto steps = [&](Index to) {  // elements before `to`
      const Index far = to - first(place);
      const Index n = far <= 0 ? 0 : (far + dilation - 1) / dilation;
      return n < kernel ? n : kernel;
    };
    const Index from = steps(low), to = steps(high);
    return {from, to > from ? to : from};
  }
};

/// Of a Conv2D, whose attributes are {stride, border, dilation, groups}; the kernel is the
/// weight's.
/// @param dimension 0: of the height, 1: of the width
constexpr Window convolution_window(const Attributes& attributes, int dimension, Index kernel) {
  const auto& n = attributes.integers;
  return {kernel, n[dimension], n[2 + 2 * dimension], n[3 + 2 * dimension], n[6 + dimension]};
}
constexpr Index groups_of(const Attributes& attributes) { return attributes.integers[8]; }

/// Of a MaxPool or AvgPool, whose attributes are {kernel, stride, border, dilation, ceil_mode}, and
/// of the latter count_include_pad.
constexpr Window pool_window(const Attributes& attributes, int dimension) {
  const auto& n = attributes.integers;
  return {n[dimension],         n[2 + dimension], n[4 + 2 * dimension],
          n[5 + 2 * dimension], n[8 + dimension], n[10] == 0};
}

}  // namespace tenon
