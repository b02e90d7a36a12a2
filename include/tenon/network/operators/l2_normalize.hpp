// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x / sqrt(max(sum x^2, epsilon)), along its axes.
///   l2_normalize(x) is along the last dimension, L2Normalize({0, 1})(x) along others.
/// Communicates: nothing; the dimensions along which it works may not be cut.
/// MindSpore: L2NormalizeInfo.
#include <algorithm>
#include <cmath>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {
template <class T>
void l2_normalize_law(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for_each_line(sizes(call.output.box), call.attributes.integers, [&](const Region& line) {
    T sum = 0;
    for_each_element(line, [&](Index i) { sum += x[i] * x[i]; });
    const T scale = 1 / std::sqrt(std::max(sum, T(call.attributes.reals[0])));
    for_each_element(line, [&](Index i) { y[i] = x[i] * scale; });
  });
}
}  // namespace detail

struct L2Normalize : Operation<L2Normalize> {
  Dims axes;
  double epsilon;
  constexpr explicit L2Normalize(const Dims& along = {-1}, double smallest = 1e-4)
      : axes(along), epsilon(smallest) {}

  static constexpr Operator info{
      .name = "L2Normalize",
      .infer = &infer_along,
      .equation = &along_equation,
      .law = {&detail::l2_normalize_law<float>, &detail::l2_normalize_law<double>},
      .integers = "axis...",
      .reals = "epsilon"};
  constexpr Attributes attributes() const { return {axes, {epsilon}}; }
};
inline constexpr L2Normalize l2_normalize{};

}  // namespace tenon
