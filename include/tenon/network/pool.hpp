// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What operators share that make one number of each window of a picture, channel by channel:
///   struct MaxPool : Pool<MaxPool> { using Pool::Pool; static constexpr Operator info{...}; };
///   MaxPool({2, 2}, {2, 2})(x) of [32, 6, 28, 28] is [32, 6, 14, 14]
#include <tenon/network/elementwise.hpp>
#include <tenon/network/window.hpp>

namespace tenon {

template <class Derived>
struct Pool : Operation<Derived> {
  HeightWidth kernel, stride, dilation;
  Border border;
  bool hanging;  // windows that hang over the end count too
  /// @param last_hangs MindSpore's ceil_mode
  constexpr explicit Pool(HeightWidth window, HeightWidth steps, const Border& around = {},
                          HeightWidth dilated = {}, bool last_hangs = false)
      : kernel(window), stride(steps), dilation(dilated), border(around), hanging(last_hangs) {}

  constexpr Attributes attributes() const {
    Attributes a;
    for (const Dims& numbers :
         {kernel.dims(), stride.dims(), border.dims(), dilation.dims(), Dims{hanging}})
      a.integers.append(numbers);
    return a;
  }
};

namespace detail {

inline constexpr std::string_view pool_integers =
    "kernel_h kernel_w stride_h stride_w pad_top pad_bottom pad_left pad_right dilation_h "
    "dilation_w ceil_mode count_include_pad";

constexpr Result infer_pool(const Operands& o) {
  const Dims& x = o.shapes[0];
  Result r{floating_operands(o), {}, o.elements[0]};
  if (!r.finding && x.size() != 4) r.finding = {Mistake::other_rank, {}, 0, 0, x.size(), 4};
  if (r.finding) return r;
  r.shape = {x[0], x[1]};
  for (int d = 0; d < 2 && !r.finding; ++d) {
    const Window window = pool_window(o.attributes, d);
    r.finding = examine_window(window, x[2 + d], d ? 'W' : 'H');
    if (!r.finding) r.shape.push_back(window.places(x[2 + d]));
  }
  return r;
}

constexpr Equation pool_equation(const Operands&) { return equation("ncHW->nc11"); }

/// y = of_window(for_each, p, q) for every window: for_each visits its elements that the picture
/// has.
template <class T>
void for_each_window(const KernelCall& call, auto&& of_window) {
  const Block &x = call.inputs[0], &y = call.output;
  const Index height = x.size(2), width = x.size(3);
  const Window down = pool_window(call.attributes, 0), across = pool_window(call.attributes, 1);
  const T* image = x.as<const T>();
  T* to = y.as<T>();
  for (Index i = 0; i < y.size(0) * y.size(1); ++i, image += height * width)
    for (Index p = 0; p < y.size(2); ++p) {
      const Interval rows = down.inside(p, height);
      for (Index q = 0; q < y.size(3); ++q) {
        const Interval columns = across.inside(q, width);
        const Index corner = down.first(p) * width + across.first(q);
        *to++ = of_window(
            [&](auto&& visit) {
              for (Index k = rows.first; k < rows.last; ++k)
                for (Index l = columns.first; l < columns.last; ++l)
                  visit(image[corner + k * down.dilation * width + l * across.dilation]);
            },
            p, q);
      }
    }
}

}  // namespace detail

}  // namespace tenon
