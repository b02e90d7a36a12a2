// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How an operator is told of windows, and what is wrong with them:
///   Conv2d(HeightWidth{1, 1}, Border{2, 2, 2, 2});  examine_window(window, 28, 'H')
#include <tenon/core/window.hpp>
#include <tenon/layout/finding.hpp>

namespace tenon {

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
