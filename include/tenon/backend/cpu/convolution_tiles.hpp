// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A convolution as tiles: some channels of y at places beside each other.
///   for all places:  for all tiles of channels:  y = window_tile(weights, picture)
#include <tenon/backend/cpu/blocking.hpp>
#include <tenon/backend/cpu/picture.hpp>
#include <tenon/backend/cpu/window_tile.hpp>
#include <tenon/core/finish.hpp>

namespace tenon::detail {

template <class T>
class ConvolutionTiles {
 public:
  ConvolutionTiles(const KernelCall& call, InstructionSet set)
      : y_(sizes(call.output.box)), tiles_(window_tiles<T>(set)), picture_(picture_of(call)) {
    const Block& w = call.inputs[1];
    for (Index c = 0; c < w.size(1); ++c)
      for (Index k = 0; k < w.size(2); ++k)
        for (Index l = 0; l < w.size(3); ++l) at_.push_back(picture_.at(c, k, l));
    const bool grouped = groups_of(call.attributes) > 1;
    const Index groups = grouped && w.size(1) > 0 ? picture_.channels / w.size(1) : 1;
    const Index each = groups > 0 ? y_[1] / groups : 0;
    for (Index o = 0; each > 0 && o < y_[1];) {
      const int kind = tiles_.kind(each - o % each);
      channels_.push_back({o, kind, o / each * w.size(1) * picture_.channel()});
      o += tiles_.high[std::size_t(kind)];
    }
    if (!call.sum_blocks || grouped) return;
    blocks_ = *call.sum_blocks;
    for (Index& end : blocks_.ends) end *= w.size(2) * w.size(3);
  }

  const Picture& picture() const { return picture_; }
  Index depth() const { return Index(at_.size()); }  // of a window
  Index weights() const { return y_[1] * depth(); }
  Index parts() const { return (y_[2] * y_[3] + width() - 1) / width(); }  // of the places
  /// Which tiles there are: what weights that are packed for them depend on.
  std::string form() const {
    std::string s = "channels";
    for (const Channels& c : channels_)
      s.append(" ").append(std::to_string(tiles_.high[std::size_t(c.kind)]));
    return s;
  }

  /// Tile after tile, in each k after k, its channels beside each other.
  void pack(const T* w, T* to) const {
    for (const Channels& c : channels_)
      for (Index k = 0; k < depth(); ++k)
        for (int r = 0; r < tiles_.high[std::size_t(c.kind)]; ++r)
          *to++ = w[(c.first + r) * depth() + k];
  }

  /// All channels of one image at some parts of the places. A few of the window's elements meet all
  /// channels while the first cache has them; where weights are many, some parts share them.
  void multiply(const KernelCall& call, const T* weights, const T* picture, Index image,
                Interval parts) const {
    const bool many = this->weights() * Index(sizeof(T)) > second_cache() / 4;
    const Index each = many ? 4 : 1, deep = deepest();
    for (Index first = parts.first; first < parts.last; first += each)
      for (Index k = 0; k == 0 || k < depth(); k += deep)
        for (const Channels& channels : channels_)
          for (Index part = first; part < std::min(first + each, parts.last); ++part)
            multiply(call, weights, picture, image, part, channels,
                     {k, std::min(k + deep, depth())});
  }

 private:
  using Function = typename Tiles<T>::Function;
  static constexpr Index largest = 12 * 32;  // numbers of a tile

  struct Channels {  // of one tile
    Index first;
    int kind;
    Index picture;  // where the group's channels begin
  };
  struct Places {
    Index width, count;  // of a tile, and those that y has
  };

  /// Elements of a window that meet all channels at once: 30 KiB of the picture.
  Index deepest() const {
    constexpr Index most = 160;
    const Index blocks = blocks_.sums() > 0 ? 1 : (depth() + most - 1) / most;
    return blocks > 1 ? (depth() + blocks - 1) / blocks : depth() + 1;
  }

  static Picture picture_of(const KernelCall& call) {
    const Block& w = call.inputs[1];
    return {call.inputs[0], convolution_window(call.attributes, 0, w.size(2)),
            convolution_window(call.attributes, 1, w.size(3)), call.output.size(3)};
  }
  Index width() const { return 2 * tiles_.lanes; }

  void multiply(const KernelCall& call, const T* weights, const T* picture, Index image, Index part,
                const Channels& channels, Interval window) const {
    const Index size = y_[2] * y_[3], first = part * width(), left = size - first;
    const int vectors = left > tiles_.lanes ? 2 : 1;
    const Places places{vectors * tiles_.lanes, std::min(left, vectors * tiles_.lanes)};
    const bool last = window.last == depth();
    const Finish finish = last ? call.finish() : Finish();
    TileCall<T> tile{};
    tile.rows = tiles_.high[std::size_t(channels.kind)];
    tile.x = weights + channels.first * depth() + window.first * tile.rows;
    tile.w = picture + channels.picture + first;
    tile.at = at_.data() + window.first, tile.depth = window.size();
    tile.first = window.first == 0;
    tile.bias = finish.bias ? static_cast<const T*>(finish.bias) + channels.first : nullptr;
    tile.relu = finish.activation_name == "ReLU";
    T* y = call.output.as<T>() + (image * y_[1] + channels.first) * size + first;
    const Function function = tiles_.tile[channels.kind][vectors - 1];
    if (blocks_.sums() > 0) add_blocks(finish, function, tile, places, y);
    else make(finish, function, tile, places, y);
  }

  /// One tile, to its places in y.
  void make(const Finish& finish, Function function, TileCall<T>& tile, const Places& places,
            T* y) const {
    alignas(64) T sums[largest];
    const Index size = y_[2] * y_[3];
    const bool cut = places.count < places.width;
    tile.y = cut ? sums : y;
    tile.y_pitch = cut ? places.width : size;
    for (Index r = 0; r < tile.rows && cut && !tile.first; ++r)
      std::copy_n(y + r * size, places.count, sums + r * places.width);
    function(tile);
    for (Index r = 0; r < tile.rows && cut; ++r)
      std::copy_n(sums + r * places.width, places.count, y + r * size);
    if (!finish.activation || tile.relu) return;
    for (Index r = 0; r < tile.rows; ++r)
      finish_rows(y + r * size, 1, places.count,
                  {nullptr, finish.activation, finish.activation_name});
  }

  /// The sums that are left, each as far behind the one before as y is large.
  void add_blocks(const Finish& finish, Function function, const TileCall<T>& whole,
                  const Places& places, T* y) const {
    alignas(64) T sums[sum_tree_depth][largest];
    Index waiting = 0, k = 0;
    for (std::size_t b = 0; b < blocks_.ends.size(); ++b) {
      TileCall<T> tile = whole;
      tile.x = static_cast<const T*>(whole.x) + k * whole.rows;
      tile.at = whole.at + k;
      tile.depth = blocks_.ends[b] - k;
      tile.joins = blocks_.joins[b];
      for (int j = 0; j < tile.joins; ++j) tile.joined[j] = sums[waiting - 1 - j];
      waiting += 1 - tile.joins;
      k = blocks_.ends[b];
      if (blocks_.left[b] >= 0) {
        make(finish, function, tile, places, y + blocks_.left[b] * product(y_));
        continue;
      }
      tile.bias = nullptr, tile.relu = false;
      tile.y = sums[waiting - 1], tile.y_pitch = places.width;
      function(tile);
    }
  }

  Dims y_;
  const Tiles<T>& tiles_;
  Picture picture_;
  std::vector<Index> at_;  // where each element of a window lies
  std::vector<Channels> channels_;
  SumBlocks blocks_;  // of a window's elements; none: one after the other
};

}  // namespace tenon::detail
