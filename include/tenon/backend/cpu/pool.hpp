// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MaxPool and AvgPool of a plan's step, made ready. A row of y: the picture's rows that its
/// windows have are made one, number by number, and then as many of its neighbours are made one as
/// a window is wide.
#include <memory>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/picture_loops.hpp>
#include <tenon/backend/cpu/workers.hpp>
#include <tenon/core/window.hpp>

namespace tenon::detail {

template <class T, class Fold>
class PreparedPool : public PreparedKernel {
  using V = Lanes<T, 16>;
  static constexpr Index lanes = 16 / Index(sizeof(T));

 public:
  PreparedPool(const KernelCall& call, InstructionSet set, std::shared_ptr<Workers> workers)
      : x_(sizes(call.inputs[0].box)),
        y_(sizes(call.output.box)),
        down_(pool_window(call.attributes, 0)),
        across_(pool_window(call.attributes, 1)),
        mean_(std::is_same_v<Fold, Sum>),
        count_border_(mean_ && call.attributes.integers[11]),
        loops_(picture_loops<T>(set)),
        workers_(std::move(workers)) {
    const Index end = y_[3] ? (y_[3] - 1) * across_.stride + across_.extent() : 0;
    line_ = std::max(end, across_.before + x_[3]) + 4 * lanes;
    for (int i = 0; i < workers_->count(); ++i) {
      T* line = reinterpret_cast<T*>(lines_.emplace_back(line_ * Index(sizeof(T))).data());
      std::fill_n(line, line_, Fold::template nothing<T>);  // the border stays so
    }
  }

  void take_parameters(const KernelCall&) override {}

  void run(const KernelCall& call) override {
    const Index rows = y_[0] * y_[1] * y_[2];
    const Index count = rows * x_[3] * down_.kernel < (1 << 14) ? 1 : workers_->count();
    const auto part = [&](Index i) {
      T* line = reinterpret_cast<T*>(lines_[std::size_t(i)].data());
      const Interval mine = balanced_block(rows, count, i);
      if (by_two()) return fold_by_two(call, mine);
      for (Index row = mine.first; row < mine.last; ++row) {
        const Index p = row % y_[2];
        const T* image = call.inputs[0].as<const T>() + row / y_[2] * x_[2] * x_[3];
        fold_rows(image, p, line + across_.before);
        T* y = call.output.as<T>() + row * y_[3];
        fold_neighbours(line, y);
        divide(y, p);
      }
    };
    if (count == 1) part(0);
    else workers_->run([&](int i) { part(i); });
  }

 private:
  /// Windows of 2 x 2 beside each other, all of them in the picture.
  bool by_two() const {
    const auto two = [](const Window& w, Index places, Index size) {
      return w.kernel == 2 && w.stride == 2 && w.before == 0 && w.dilation == 1 &&
             2 * places <= size;
    };
    return two(down_, y_[2], x_[2]) && two(across_, y_[3], x_[3]);
  }
  void fold_by_two(const KernelCall& call, Interval rows) const {
    for (Index row = rows.first; row < rows.last;) {
      const Index image = row / y_[2], p = row % y_[2];
      TileCall<T> part{};
      part.rows = std::min(y_[2] - p, rows.last - row), part.depth = y_[3];
      part.x = call.inputs[0].as<const T>() + (image * x_[2] + 2 * p) * x_[3];
      part.x_pitch = x_[3], part.y_pitch = y_[3];
      part.y = call.output.as<T>() + row * y_[3];
      loops_.pooled(Fold())(part);
      for (Index i = 0; i < part.rows; ++i) divide(part.y + i * y_[3], p + i);
      row += part.rows;
    }
  }

  void fold_rows(const T* image, Index p, T* line) const {
    const Interval rows = down_.inside(p, x_[2]);
    if (rows.size() == 0) return void(std::fill_n(line, x_[3], Fold::template nothing<T>));
    const T* from = image + (down_.first(p) + rows.first * down_.dilation) * x_[3];
    const Index step = down_.dilation * x_[3];
    const auto fold = [&](auto number, Index j) {
      load(number, from + j);
      for (Index k = 1; k < rows.size(); ++k) {
        decltype(number) next;
        load(next, from + k * step + j);
        Fold::add(number, next);
      }
      store(number, line + j);
    };
    Index j = 0;
    for (; j + lanes <= x_[3]; j += lanes) fold(V{}, j);
    for (; j < x_[3]; ++j) fold(T{}, j);
  }

  void fold_neighbours(const T* line, T* y) const {
    Index q = 0;
    if (across_.stride <= 2)
      for (; q + lanes <= y_[3]; q += lanes) {
        V all;
        strided(all, line + q * across_.stride);
        for (Index l = 1; l < across_.kernel; ++l) {
          V next;
          strided(next, line + q * across_.stride + l * across_.dilation);
          Fold::add(all, next);
        }
        store(all, y + q);
      }
    for (; q < y_[3]; ++q) {
      y[q] = line[q * across_.stride];
      for (Index l = 1; l < across_.kernel; ++l)
        Fold::add(y[q], line[q * across_.stride + l * across_.dilation]);
    }
  }
  [[gnu::always_inline]] void strided(V& v, const T* from) const {
    load(v, from);
    if (across_.stride == 1) return;
    V behind;
    load(behind, from + lanes);
    if constexpr (lanes == 4) v = __builtin_shufflevector(v, behind, 0, 2, 4, 6);
    else v = __builtin_shufflevector(v, behind, 0, 2);
  }

  void divide(T* y, Index p) const {
    if (!mean_) return;
    const auto size = [&](const Window& w, Index place, Index of) {
      return (count_border_ ? w.padded(place, of) : w.inside(place, of)).size();
    };
    const Index rows = size(down_, p, x_[2]);
    for (Index q = 0; q < y_[3]; ++q) y[q] /= T(rows * size(across_, q, x_[3]));
  }

  Dims x_, y_;
  Window down_, across_;
  bool mean_, count_border_;
  const PictureLoops<T>& loops_;
  Index line_;                 // elements of a row with its border, and of vectors behind it
  std::vector<Memory> lines_;  // of each worker
  std::shared_ptr<Workers> workers_;
};

}  // namespace tenon::detail
