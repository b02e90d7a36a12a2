// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What holds for every operator that makes one number of each window.
#include <tenon/network/pool.hpp>

#include "law.hpp"

namespace tenon::test {

/// f(elements of the window that x has, elements that x and its border have) for every window.
inline Tensor of_windows(const auto& pool, const Tensor& x, const Dims& shape, auto&& f) {
  return tensor(shape, [&](const Dims& at) {
    std::vector<double> inside;
    int padded = 0;
    for (Index k = 0; k < pool.kernel.height; ++k)
      for (Index l = 0; l < pool.kernel.width; ++l) {
        const Index h = at[2] * pool.stride.height - pool.border.top + k * pool.dilation.height,
                    w = at[3] * pool.stride.width - pool.border.left + l * pool.dilation.width;
        padded += h < x.shape[2] + pool.border.bottom && w < x.shape[3] + pool.border.right;
        if (h >= 0 && w >= 0 && h < x.shape[2] && w < x.shape[3])
          inside.push_back(x[{at[0], at[1], h, w}]);
      }
    return f(inside, padded);
  });
}

/// `make(kernel, stride, border, dilation, hanging)` is the operator, f as above.
inline void check_pool(auto&& make, auto&& f) {
  Random random(23);
  for (int times = 0; times < 150; ++times) {
    const auto two = [&](Index first, Index last) {
      return HeightWidth{random.between(first, last), random.between(first, last)};
    };
    const HeightWidth kernel = two(1, 4), stride = two(1, 4), dilation = two(1, 2);
    const Border border{random.between(0, 2), random.between(0, 2), random.between(0, 2),
                        random.between(0, 2)};
    const auto pool = make(kernel, stride, border, dilation, random.between(0, 1) == 1);
    const Tensor x = random.numbers(
        {random.between(0, 3), random.between(0, 3), random.between(7, 9), random.between(7, 9)});
    const auto places = [&](Index size, Index around, Index extent, Index step, Index before) {
      Index n = 1;
      while (n * step + extent <= size + around) ++n;
      const bool hangs = (n - 1) * step + extent < size + around && n * step < size + before;
      return n + (pool.hanging && hangs);
    };
    const Dims shape{x.shape[0], x.shape[1],
                     places(x.shape[2], border.top + border.bottom,
                            dilation.height * (kernel.height - 1) + 1, stride.height, border.top),
                     places(x.shape[3], border.left + border.right,
                            dilation.width * (kernel.width - 1) + 1, stride.width, border.left)};
    CHECK(shape_of(pool, {x}) == shape);
    check_law(pool, {x}, of_windows(pool, x, shape, f));
    check_equation(pool, {x});
  }
  const auto pool = make(HeightWidth{2, 3}, HeightWidth{2, 2}, Border{}, HeightWidth{}, false);
  CHECK(equation_of(pool, {Tensor({2, 3, 8, 8})}) == "ncHW->nc11");
  CHECK(says(finding_of(pool, {Tensor({3, 8, 8})}), Mistake::other_rank, 0, 0, 3, 4));
  CHECK(says(finding_of(pool, {Tensor({2, 3, 8, 2})}), Mistake::window_does_not_fit, 0, 'W', 3, 2));
  CHECK(says(finding_of(pool, {of(Element::int32, {2, 3, 8, 8})}), Mistake::other_element, 0));
  const Operands o = operands(pool, {Tensor({2, 3, 8, 8})});
  CHECK(says(place(pool.info.equation(o), o.shapes, {2, 3, 4, 3}, Splits{{1, 1, 2, 1}}, 2).finding,
             Mistake::whole_dimension_cut, 0, 'H', 2));
}

}  // namespace tenon::test
