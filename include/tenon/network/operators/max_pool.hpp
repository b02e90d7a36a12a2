// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[n,c,p,q] = max over k and l of x[n, c, p s + k d - top, q s + l d - left]: the largest of each
/// window, of stride s and dilation d; NaN where one of them is.
///   MaxPool({2, 2}, {2, 2})(x) of [32, 6, 28, 28] is [32, 6, 14, 14]
/// The border counts as -infinity.
/// Communicates: nothing; height and width stay whole.
/// MindSpore: MaxPoolInfo.
#include <limits>

#include <tenon/network/pool.hpp>

namespace tenon {

/// The larger; NaN if either is.
template <class T>
constexpr T larger_of(T largest, T x) {
  return x > largest || x != x ? x : largest;
}

namespace detail {
template <class T>
void max_pool_law(const KernelCall& call) {
  for_each_window<T>(call, [](auto&& for_each, Index, Index) {
    T largest = -std::numeric_limits<T>::infinity();
    for_each([&](T x) { largest = larger_of(largest, x); });
    return largest;
  });
}
}  // namespace detail

struct MaxPool : Pool<MaxPool> {
  using Pool::Pool;
  static constexpr Operator info{
      .name = "MaxPool",
      .infer = &detail::infer_pool,
      .equation = &detail::pool_equation,
      .law = {&detail::max_pool_law<float>, &detail::max_pool_law<double>},
      .integers = detail::pool_integers.substr(0, detail::pool_integers.rfind(' '))};
};

}  // namespace tenon
