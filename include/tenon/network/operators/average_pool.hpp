// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,c,p,q] = mean over k and l of x[n, c, p s + k d - top, q s + l d - left]: of each window, of
/// stride s and dilation d.
///   AveragePool({2, 2}, {2, 2})(x) of [32, 6, 28, 28] is [32, 6, 14, 14]
/// The mean is that of the elements that x has, or with `count_border` of the border's zeros too;
/// what hangs over the border counts in neither case. The mean of nothing is NaN.
/// Communicates: nothing; height and width stay whole.
/// MindSpore: AvgPoolInfo.
#include <tenon/network/pool.hpp>

namespace tenon {

namespace detail {
template <class T>
void average_pool_law(const KernelCall& call) {
  const Window down = pool_window(call.attributes, 0), across = pool_window(call.attributes, 1);
  const bool count_border = call.attributes.integers[11];
  const auto size = [&](const Window& w, Index place, Index of) {
    return (count_border ? w.padded(place, of) : w.inside(place, of)).size();
  };
  const Block& x = call.inputs[0];
  for_each_window<T>(call, [&](auto&& for_each, Index p, Index q) {
    T sum = 0;
    for_each([&](T value) { sum += value; });
    return sum / T(size(down, p, x.size(2)) * size(across, q, x.size(3)));
  });
}
}  // namespace detail

struct AveragePool : Pool<AveragePool> {
  bool count_border;
  /// @param count_zeros MindSpore's count_include_pad
  constexpr explicit AveragePool(HeightWidth window, HeightWidth steps, const Border& around = {},
                                 HeightWidth dilated = {}, bool last_hangs = false,
                                 bool count_zeros = false)
      : Pool(window, steps, around, dilated, last_hangs), count_border(count_zeros) {}

  static constexpr Operator info{
      .name = "AvgPool",
      .infer = &detail::infer_pool,
      .equation = &detail::pool_equation,
      .law = {&detail::average_pool_law<float>, &detail::average_pool_law<double>},
      .integers = detail::pool_integers};
  constexpr Attributes attributes() const {
    Attributes a = Pool::attributes();
    a.integers.push_back(count_border);
    return a;
  }
};

}  // namespace tenon
