// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products with a matrix that is packed once:
///   PackedMatrix<float> w(b, 512, false, 784, 512);           b: [784, 512]
///   multiply(x, 784, 32, w, y, 512, {bias, &relu, "ReLU"}, workers);   y = relu(x w + bias): [32,
///   512]
#include <tenon/backend/cpu/blocked_sums.hpp>
#include <tenon/backend/cpu/workers.hpp>

namespace tenon {

/// A packed matrix in somebody's memory.
template <class T>
struct PackedView {
  detail::Panels panels;
  const detail::Tiles<T>* tiles;
  const std::byte* data;

  Index bytes() const { return panels.numbers() * tiles->weight; }
  /// Some panels of b, packed.
  void pack(detail::Strided<T> b, Interval which, std::byte* to) const {
    if constexpr (sizeof(T) == 4)
      if (tiles->weight == 2)
        return detail::pack(panels, b, which, reinterpret_cast<std::uint16_t*>(to));
    detail::pack(panels, b, which, reinterpret_cast<T*>(to));
  }
};

struct PackOptions {
  InstructionSet instructions = best_instruction_set();
  Element weights = Element::float32;  // or bfloat16, of matrices of floats: sums stay floats
  bool in_one_block = false;           // of k, for products that say in which blocks they add
};

template <class T>
class PackedMatrix {
 public:
  /// @param b [inner, columns], rows `pitch` elements apart; transposed: [columns, inner].
  /// @throws Error where this processor lacks the instruction set.
  PackedMatrix(const T* b, Index pitch, bool transposed, Index inner, Index columns,
               const PackOptions& options = {})
      : view_(layout(inner, columns, options)), memory_(view_.bytes()) {
    view_.data = memory_.data();
    view_.pack({b, transposed ? 1 : pitch, transposed ? pitch : 1}, {0, view_.panels.count()},
               memory_.data());
  }
  static PackedView<T> layout(Index inner, Index columns, const PackOptions& options) {
    const InstructionSet set = checked(options.instructions);
    const auto& tiles = options.in_one_block ? detail::tiles<T>(set, options.weights)
                                             : detail::tiles_for<T>(columns, set, options.weights);
    const Index deepest = options.in_one_block ? std::max<Index>(inner, 1) : 1024;
    return {{inner, columns, tiles.lanes, tiles.group, tiles.beside, deepest}, &tiles, nullptr};
  }
  operator const PackedView<T>&() const { return view_; }
  Index inner() const { return view_.panels.inner; }
  Index columns() const { return view_.panels.columns; }
  Index bytes() const { return view_.bytes(); }

 private:
  PackedView<T> view_;
  Memory memory_;
};

namespace detail {

/// How workers share a product: a grid of them, rows x panels.
struct Sharing {
  Index over_rows = 1, over_panels = 1;
  /// The grid whose largest part is smallest; panels rather than rows, for each is read once then.
  Sharing(Index workers, Index rows, Index panels, Index tallest) {
    const auto parts = [](Index n, Index by) { return (n + by - 1) / by; };
    Index best = 0;
    for (Index p = workers; p > 0; --p) {
      if (workers % p) continue;
      const Index tiles = parts(rows, tallest);
      const Index cost = parts(tiles, workers / p) * parts(panels, p);
      if (best && cost >= best) continue;
      best = cost, over_panels = p, over_rows = workers / p;
    }
  }
};

/// Memory for the workers, for products with that matrix.
template <class T>
void reserve(const PackedView<T>& w, Workers& workers) {
  workers.reserve(CopiedRows<T>(w.panels, *w.tiles).bytes(*w.tiles));
}

inline constexpr Index alone_below = 1 << 16;  // multiplications that take less than to share them

/// @param blocks in which k is added; none: one after the other. @param apart elements from one of
/// the sums that are left to the next.
template <class T>
void multiply(Strided<T> x, Index rows, const PackedView<T>& w, T* y, Index y_pitch,
              const Finish& finish, Workers& workers, const SumBlocks* blocks = nullptr,
              Index apart = 0) {
  const Panels& panels = w.panels;
  if (rows == 0 || panels.columns == 0) return;
  const Index tallest = w.tiles->tallest();
  reserve(w, workers);
  const bool relu = finish.activation_name == "ReLU", other = finish.activation && !relu;
  const Index total = rows * panels.columns * panels.inner;
  const Index count = total < alone_below ? 1 : workers.count();
  const Sharing sharing(count, rows, panels.count(), tallest);
  const auto part = [&](Index i) {
    // Whole tiles of rows, and whole panels.
    const Interval tiles =
        balanced_block((rows + tallest - 1) / tallest, sharing.over_rows, i / sharing.over_panels);
    ProductPart<T> p{*w.tiles,
                     panels,
                     w.data,
                     x,
                     y,
                     y_pitch,
                     static_cast<const T*>(finish.bias),
                     relu,
                     rows == 1,
                     {tiles.first * tallest, std::min(tiles.last * tallest, rows)},
                     balanced_block(panels.count(), sharing.over_panels, i % sharing.over_panels)};
    if (p.rows.size() <= 0 || p.which.size() == 0) return;
    if (blocks) multiply_in_blocks(p, *blocks, apart, workers.scratch(int(i)));
    else multiply(p, workers.scratch(int(i)));
    if (!other) return;
    const Index first = p.which.first * panels.width(),
                last = std::min(p.which.last * panels.width(), panels.columns);
    for (Index r = p.rows.first; r < p.rows.last; ++r)
      finish_rows(y + r * y_pitch + first, 1, last - first,
                  {nullptr, finish.activation, finish.activation_name});
  };
  if (count == 1) part(0);
  else workers.run([&](int i) { part(i); });
}

}  // namespace detail

/// y = finish(x w), x: [rows, w.inner()], y: [rows, w.columns()], rows so many elements apart.
/// Allocates when the workers meet a larger matrix than before. The same bits for any number of
/// threads.
template <class T>
void multiply(const T* x, Index x_pitch, Index rows, const PackedMatrix<T>& w, T* y, Index y_pitch,
              const Finish& finish, Workers& workers) {
  detail::multiply({x, x_pitch, 1}, rows, static_cast<const PackedView<T>&>(w), y, y_pitch, finish,
                   workers);
}

}  // namespace tenon
