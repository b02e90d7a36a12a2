// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where pictures and the weights of convolutions lie, their channels in blocks of C0 numbers, or
/// 32 bytes, padded with zeros:
///   Nc1hwc0{{1, 20, 2, 2}, 16}.offset(0, 17, 1, 0) == 97         [N, C1, H, W, C0]
///   FractalZ{{20, 3, 5, 5}, 16}.offset(17, 2, 0, 0) == 274       [C1, H, W, N1, 16, C0]
/// Source: asc-devkit, its page on the layout of data.
#include <algorithm>
#include <array>

#include <tenon/core/dims.hpp>

namespace tenon {

/// Sizes of [N, C, H, W]: pictures, or filters of C channels.
using PictureSizes = std::array<Index, 4>;

struct Nc1hwc0 {
  PictureSizes sizes;
  Index width = 16;  // C0

  constexpr Index blocks() const { return (sizes[1] + width - 1) / width; }
  constexpr Index size() const { return sizes[0] * blocks() * sizes[2] * sizes[3] * width; }
  constexpr Index offset(Index n, Index c, Index h, Index w) const {
    return (((n * blocks() + c / width) * sizes[2] + h) * sizes[3] + w) * width + c % width;
  }
};

struct FractalZ {
  PictureSizes sizes;
  Index width = 16;  // C0

  constexpr Index blocks() const { return (sizes[1] + width - 1) / width; }
  constexpr Index filter_blocks() const { return (sizes[0] + 15) / 16; }
  constexpr Index size() const {
    return blocks() * sizes[2] * sizes[3] * filter_blocks() * 16 * width;
  }
  constexpr Index offset(Index n, Index c, Index h, Index w) const {
    const Index place = (c / width * sizes[2] + h) * sizes[3] + w;
    return ((place * filter_blocks() + n / 16) * 16 + n % 16) * width + c % width;
  }
};

/// visit(place in [N, C, H, W], offset in the format)
constexpr void for_each_picture_element(const auto& f, auto&& visit) {
  const PictureSizes& s = f.sizes;
  Index place = 0;
  for (Index n = 0; n < s[0]; ++n)
    for (Index c = 0; c < s[1]; ++c)
      for (Index h = 0; h < s[2]; ++h)
        for (Index w = 0; w < s[3]; ++w) visit(place++, f.offset(n, c, h, w));
}

/// From [N, C, H, W]. @pre `to` holds f.size() numbers
template <class T>
constexpr void pack_pictures(const auto& f, const T* from, T* to) {
  std::fill_n(to, f.size(), T());
  for_each_picture_element(f, [&](Index place, Index at) { to[at] = from[place]; });
}

template <class T>
constexpr void unpack_pictures(const auto& f, const T* from, T* to) {
  for_each_picture_element(f, [&](Index place, Index at) { to[place] = from[at]; });
}

}  // namespace tenon
