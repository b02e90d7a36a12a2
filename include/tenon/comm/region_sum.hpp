// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One pass over memory adds any number of regions, and finishes the sum:
///   y[to] = activation((x0[r0] + x1[r1] + ...) + bias)
/// Sums of some of them may be joined later: (x0 + x1) + (x2 + x3) is {0, 1, 0, 2} joins.
#include <algorithm>
#include <cstring>
#include <vector>

#include <tenon/core/element.hpp>
#include <tenon/core/finish.hpp>
#include <tenon/core/region.hpp>

namespace tenon {

namespace detail {

/// y = y + a + b + c + d, from the left; without y where it begins a sum. A loop over few inputs
/// at once reads and writes y once for all of them.
template <int count, bool begins, class T>
void add_few(T* __restrict y, const std::byte* const* x, Index n) {
  const auto input = [&](int i) { return reinterpret_cast<const T*>(x[i < count ? i : 0]); };
  const T *a = input(0), *b = input(1), *c = input(2), *d = input(3);
  for (Index i = 0; i < n; ++i) {
    T sum = begins ? a[i] : y[i] + a[i];
    if constexpr (count > 1) sum += b[i];
    if constexpr (count > 2) sum += c[i];
    if constexpr (count > 3) sum += d[i];
    y[i] = sum;
  }
}

/// y[i] = x[0][i] + x[1][i] + ..., in this order. @pre y is none of them.
template <class T>
void add_all(T* y, const std::byte* const* x, int count, Index n) {
  if (count == 1) return void(std::memcpy(y, x[0], std::size_t(n) * sizeof(T)));
  if (count == 2) return add_few<2, true>(y, x, n);
  if (count == 3) return add_few<3, true>(y, x, n);
  add_few<4, true>(y, x, n);
  for (x += 4, count -= 4; count >= 4; x += 4, count -= 4) add_few<4, false>(y, x, n);
  if (count == 3) add_few<3, false>(y, x, n);
  if (count == 2) add_few<2, false>(y, x, n);
  if (count == 1) add_few<1, false>(y, x, n);
}

/// Finishes elements of a row-major block from `first` on.
template <class T>
void finish_part(T* y, Index first, Index n, Index columns, const Finish& finish) {
  while (n > 0) {
    const Index column = first % columns;
    const Index rows = column ? 0 : n / columns;
    const Index part = rows ? rows * columns : std::min(n, columns - column);
    Finish here = finish;
    if (finish.bias) here.bias = static_cast<const T*>(finish.bias) + column;
    finish_rows(y, rows ? rows : 1, rows ? columns : part, here);
    y += part, first += part, n -= part;
  }
}

}  // namespace detail

class RegionSum {
 public:
  /// @param to where in the block of the result. @param from regions of as many elements.
  /// @param joins after each, how often the last two sums become one. @pre one is left
  /// @param columns of a row of the result's block.
  RegionSum(Element element, const Region& to, const std::vector<Region>& from,
            const std::vector<int>& joins, Index columns)
      : element_(element), columns_(std::max<Index>(columns, 1)), regions_{to} {
    regions_.insert(regions_.end(), from.begin(), from.end());
    for (std::size_t i = 0; i < joins.size(); ++i) {
      const bool begins = joins[i] == 0;
      if (begins || chains_.back().joins > 0) chains_.push_back({begins, 0, 0});
      ++chains_.back().inputs;
      chains_.back().joins += std::max(joins[i] - 1, 0);
    }
    at_.resize(regions_.size());
    inputs_.resize(regions_.size());
    outer_ = to.sizes.size();
    while (outer_ > 0 && is_run(outer_ - 1)) length_ *= to.sizes[--outer_];
    if (to.volume() == 0) length_ = 0;
  }

  /// @param x where each region's memory begins.
  void run(const std::byte* const* x, std::byte* y, const Finish& finish) {
    const auto as = [&](auto zero) { run_as<decltype(zero)>(x, y, finish); };
    if (element_ == Element::float32) as(float());
    else if (element_ == Element::float64) as(double());
    else if (bytes(element_) == 8) as(std::int64_t());
    else if (bytes(element_) == 4) as(std::int32_t());
    else if (bytes(element_) == 2) as(std::int16_t());
    else as(std::int8_t());
  }

 private:
  static constexpr Index chunk_bytes = 4096;  // of the sum, in the first cache

  /// Whether a dimension goes on where what lies inside it ends, in every region.
  bool is_run(int dimension) const {
    for (const Region& region : regions_)
      if (region.sizes[dimension] != 1 && region.strides[dimension] != length_) return false;
    return true;
  }

  template <class T>
  void run_as(const std::byte* const* x, std::byte* y, const Finish& finish) {
    if (length_ == 0) return;
    const Dims& sizes = regions_[0].sizes;
    Dims index = Dims::filled(outer_, 0);
    for (std::size_t i = 0; i < regions_.size(); ++i) at_[i] = regions_[i].first;
    for (;;) {
      add_run(x, reinterpret_cast<T*>(y), finish);
      int d = outer_ - 1;
      for (; d >= 0; --d) {
        const bool wraps = ++index[d] == sizes[d];
        for (std::size_t i = 0; i < regions_.size(); ++i)
          at_[i] += regions_[i].strides[d] * (wraps ? 1 - sizes[d] : 1);
        if (!wraps) break;
        index[d] = 0;
      }
      if (d < 0) return;
    }
  }

  template <class T>
  void add_run(const std::byte* const* x, T* y, const Finish& finish) {
    const bool copies = regions_.size() == 2 && !finish;  // without a look at each element
    const Index chunk = copies ? length_ : chunk_bytes / Index(sizeof(T));
    for (Index done = 0; done < length_; done += chunk) {
      const Index n = std::min(chunk, length_ - done);
      for (std::size_t i = 1; i < regions_.size(); ++i)
        inputs_[i] = x[i - 1] + (at_[i] + done) * Index(sizeof(T));
      T* const out = y + at_[0] + done;
      add_chains(out, inputs_.data() + 1, n);
      if (!finish) continue;
      if constexpr (std::is_floating_point_v<T>)
        detail::finish_part(out, at_[0] + done, n, columns_, finish);
    }
  }

  /// Inputs that are added one after the other, to a new sum or to the last one, and how often that
  /// is then joined to the one before.
  struct Chain {
    bool begins;
    int inputs, joins;
  };

  /// Sums that wait lie in y, and then in others.
  template <class T>
  void add_chains(T* y, const std::byte* const* x, Index n) const {
    detail::add_all(y, x, chains_[0].inputs, n);
    if (chains_.size() == 1) return;
    alignas(64) T others[sum_tree_depth][chunk_bytes / sizeof(T)];
    const auto sum = [&](int i) { return i == 0 ? y : others[i - 1]; };
    int last = 0;
    for (std::size_t c = 1; c < chains_.size(); ++c) {
      x += chains_[c - 1].inputs;
      if (chains_[c].begins) detail::add_all(sum(++last), x, chains_[c].inputs, n);
      else
        for (int i = 0; i < chains_[c].inputs; ++i) detail::add_few<1, false>(sum(last), x + i, n);
      for (int joins = chains_[c].joins; joins > 0; --joins, --last) {
        const auto* added = reinterpret_cast<const std::byte*>(sum(last));
        detail::add_few<1, false>(sum(last - 1), &added, n);
      }
    }
  }

  Element element_;
  Index columns_;
  std::vector<Region> regions_;  // of the result, then of every input
  std::vector<Chain> chains_;
  int outer_ = 0;     // dimensions around the runs
  Index length_ = 1;  // of a run
  std::vector<Index> at_;
  std::vector<const std::byte*> inputs_;
};

}  // namespace tenon
