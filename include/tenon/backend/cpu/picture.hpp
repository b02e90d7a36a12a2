// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A picture as convolutions read it: with its border, and taken apart by the stride, so that what
/// neighbouring windows read lies beside each other.
///   Picture picture(x, down, across);  picture.at(2, 0, 1): where the first window's element (0,
///   1) of channel 2 lies; that of the window at (p, q) is p * picture.pitch + q further on
#include <algorithm>
#include <vector>

#include <tenon/core/window.hpp>

namespace tenon::detail {

/// Of a stride of 2 there are up to four parts: even and odd rows of even and odd columns.
struct Picture {
  Index channels, height, width;  // of x
  Window down, across;
  Index rows, pitch;        // of a part
  std::vector<Index> tops,  // of the parts that windows read: their first row and column
      lefts;

  Picture(const Block& x, const Window& d, const Window& a)
      : channels(x.size(1)), height(x.size(2)), width(x.size(3)), down(d), across(a) {
    const auto parts = [](const Window& w, std::vector<Index>& list) {
      for (Index k = 0; k < w.kernel && Index(list.size()) < w.stride; ++k)
        if (const Index part = k * w.dilation % w.stride;
            std::find(list.begin(), list.end(), part) == list.end())
          list.push_back(part);
    };
    parts(down, tops), parts(across, lefts);
    rows = (height + down.before + down.after + down.stride - 1) / down.stride;
    pitch = (width + across.before + across.after + across.stride - 1) / across.stride;
  }

  Index part() const { return rows * pitch; }
  Index channel() const { return Index(tops.size() * lefts.size()) * part(); }
  /// Elements, and as many more as a vector reads behind the last.
  Index elements() const { return channels * channel() + 128; }

  Index at(Index c, Index k, Index l) const {
    const auto index = [](const std::vector<Index>& list, Index part) {
      return Index(std::find(list.begin(), list.end(), part) - list.begin());
    };
    const Index row = k * down.dilation, column = l * across.dilation;
    const Index which =
        index(tops, row % down.stride) * Index(lefts.size()) + index(lefts, column % across.stride);
    return c * channel() + which * part() + row / down.stride * pitch + column / across.stride;
  }

  /// The elements of x; the border is left as it is.
  template <class T>
  void copy(const T* x, T* to) const {
    if (part() == height * width && tops.size() * lefts.size() == 1 && down.stride == 1 &&
        across.stride == 1) {
      std::copy_n(x, channels * height * width, to);
      return;
    }
    for (Index c = 0; c < channels; ++c, x += height * width)
      for (const Index top : tops)
        for (const Index left : lefts) {
          copy_part(x, top, left, to);
          to += part();
        }
  }

 private:
  template <class T>
  void copy_part(const T* x, Index top, Index left, T* to) const {
    const Interval lines = inside(down, top, height, rows),
                   columns = inside(across, left, width, pitch);
    for (Index i = lines.first; i < lines.last; ++i) {
      const T* from = x + (i * down.stride + top - down.before) * width + left - across.before;
      T* line = to + i * pitch;
      if (across.stride == 1)
        std::copy(from + columns.first, from + columns.last, line + columns.first);
      else
        for (Index j = columns.first; j < columns.last; ++j) line[j] = from[j * across.stride];
    }
  }
  /// Which of a part's rows (or columns) x has.
  static Interval inside(const Window& w, Index first, Index size, Index count) {
    const auto steps = [&](Index to) { return to <= 0 ? 0 : (to + w.stride - 1) / w.stride; };
    return {steps(w.before - first), std::min(count, steps(w.before + size - first))};
  }
};

}  // namespace tenon::detail
