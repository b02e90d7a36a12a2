// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A window that slides along one dimension, over an input with a border around it:
///   Window w{.kernel = 3, .stride = 2, .before = 1, .after = 1};  w.places(28) == 14
///   w.first(0) == -1;  w.inside(0, 28) is {1, 3}: two of its three elements are no border
#include <tenon/layout/finding.hpp>
#include <tenon/core/box.hpp>

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

/// Of the last two dimensions of a picture.
struct HeightWidth {
  Index height = 1, width = 1;
  constexpr Dims dims() const { return {height, width}; }
};

/// Elements around a picture.
struct Border {
  Index top = 0, bottom = 0, left = 0, right = 0;
  constexpr Dims dims() const { return {top, bottom, left, right}; }
};

/// Finding: a stride or dilation below one, a border below none, a window that is empty or does not
/// fit into the input with its border. @param dimension a letter, for the Finding
constexpr Finding examine_window(const Window& w, Index size, char dimension) {
  constexpr Index largest = Index(1) << 30;  // so that no product passes 2^63
  for (Index number : {w.stride, w.dilation})
    if (number < 1) return {Mistake::number_too_small, {}, 0, dimension, number, 1};
  for (Index number : {w.before, w.after})
    if (number < 0) return {Mistake::number_too_small, {}, 0, dimension, number, 0};
  const auto wrong = [&](Index window, Index room) {
    return Finding{Mistake::window_does_not_fit, {}, 0, dimension, window, room};
  };
  for (Index number : {w.kernel, w.stride, w.dilation, w.before, w.after, size >> 30})
    if (number > largest) return wrong(number, largest);
  const Index room = size + w.before + w.after;
  if (w.kernel < 1) return wrong(w.kernel, room);
  return w.extent() > room ? wrong(w.extent(), room) : Finding{};
}

}  // namespace tenon
