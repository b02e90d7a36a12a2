// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = exp(x - max x) / sum exp(x - max x), along its axes.
///   softmax(x) is along the last dimension, Softmax({0, 1})(x) along others.
/// Communicates: nothing; the dimensions along which it works may not be cut.
/// MindSpore: Softmax (SoftmaxCommon).
#include <cmath>
#include <limits>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {
template <class T>
void softmax_law(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for_each_line(sizes(call.output.box), call.attributes.integers, [&](const Region& line) {
    T largest = -std::numeric_limits<T>::infinity(), sum = 0;
    for_each_element(line, [&](Index i) { largest = x[i] > largest ? x[i] : largest; });
    for_each_element(line, [&](Index i) { sum += std::exp(x[i] - largest); });
    for_each_element(line, [&](Index i) { y[i] = std::exp(x[i] - largest) / sum; });
  });
}
}  // namespace detail

struct Softmax : Operation<Softmax> {
  Dims axes;
  constexpr explicit Softmax(const Dims& along = {-1}) : axes(along) {}

  static constexpr Operator info{.name = "Softmax",
                                 .infer = &infer_along,
                                 .equation = &along_equation,
                                 .law = {&detail::softmax_law<float>, &detail::softmax_law<double>},
                                 .integers = "axis..."};
  constexpr Attributes attributes() const { return {axes, {}}; }
};
inline constexpr Softmax softmax{};

}  // namespace tenon
