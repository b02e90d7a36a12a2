// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A picture as convolutions read it: what a column of the kernel meets, for each column of its
/// own, with the border's zeros. What neighbouring windows read then lies beside each other, across
/// the ends of y's rows too:
///   Picture picture(x, down, across, places_across);
///   picture.at(2, 0, 1) + i  is what window i meets with element (0, 1) of channel 2
#include <algorithm>
#include <vector>

#include <tenon/backend/cpu/picture_loops.hpp>
#include <tenon/core/window.hpp>

namespace tenon::detail {

/// It lies as: channels > parts (rows a stride apart: even, odd) > columns of the kernel > rows >
/// places across.
struct Picture {
  Index channels, height, width;  // of x
  Window down, across;
  Index pitch;              // places across
  Index rows;               // of a part
  std::vector<Index> tops;  // the first row of each part that the kernel meets

  Picture(const Block& x, const Window& d, const Window& a, Index places_across)
      : channels(x.size(1)),
        height(x.size(2)),
        width(x.size(3)),
        down(d),
        across(a),
        pitch(places_across) {
    for (Index k = 0; k < down.kernel && Index(tops.size()) < down.stride; ++k)
      if (const Index top = k * down.dilation % down.stride; index(top) == Index(tops.size()))
        tops.push_back(top);
    rows = (height + down.before + down.after + down.stride - 1) / down.stride;
  }

  Index part() const { return rows * pitch; }
  Index channel() const { return Index(tops.size()) * across.kernel * part(); }
  /// Elements, and as many more as a vector reads behind the last.
  Index elements() const { return channels * channel() + 128; }

  Index at(Index c, Index k, Index l) const {
    const Index row = k * down.dilation;
    return c * channel() + (index(row % down.stride) * across.kernel + l) * part() +
           row / down.stride * pitch;
  }

  /// The elements of x; what is border stays as it is.
  template <class T>
  void copy(const PictureLoops<T>& loops, const T* x, T* to) const {
    for (Index c = 0; c < channels; ++c, x += height * width)
      for (const Index top : tops)
        for (Index l = 0; l < across.kernel; ++l, to += part()) copy_part(loops, x, top, l, to);
  }

 private:
  Index index(Index top) const {
    return Index(std::find(tops.begin(), tops.end(), top) - tops.begin());
  }

  template <class T>
  void copy_part(const PictureLoops<T>& loops, const T* x, Index top, Index l, T* to) const {
    const Interval lines = inside(down, top, height, rows),
                   columns = inside(across, l * across.dilation, width, pitch);
    const Index row = down.stride * width, n = columns.size();
    if (n == 0) return;
    x += (lines.first * down.stride + top - down.before) * width + columns.first * across.stride +
         l * across.dilation - across.before;
    to += lines.first * pitch + columns.first;
    if (across.stride == 1 && n == row && n == pitch) {
      std::copy_n(x, lines.size() * n, to);
    } else if (across.stride == 1) {
      TileCall<T> call{};
      call.x = x, call.x_pitch = row, call.y = to, call.y_pitch = pitch;
      call.rows = lines.size(), call.depth = n;
      loops.copied(call);
    } else {
      for (Index i = lines.first; i < lines.last; ++i, x += row, to += pitch)
        for (Index j = 0; j < n; ++j) to[j] = x[j * across.stride];
    }
  }
  /// Which of so many, from `first` on a stride apart, x has.
  static Interval inside(const Window& w, Index first, Index size, Index count) {
    const auto steps = [&](Index to) { return to <= 0 ? 0 : (to + w.stride - 1) / w.stride; };
    const Interval all{steps(w.before - first), std::min(count, steps(w.before + size - first))};
    return {all.first, std::max(all.first, all.last)};
  }
};

}  // namespace tenon::detail
