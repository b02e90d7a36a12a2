// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y = x - max x - log sum exp(x - max x), along its axes.
///   log_softmax(x) is along the last dimension, LogSoftmax({0, 1})(x) along others.
/// Communicates: nothing; the dimensions along which it works may not be cut.
/// MindSpore: LogSoftmax (SoftmaxCommon).
#include <cmath>
#include <limits>

#include <tenon/network/axes.hpp>

namespace tenon {

namespace detail {
template <class T>
void log_softmax_law(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  for_each_line(sizes(call.output.box), call.attributes.integers, [&](const Region& line) {
    T largest = -std::numeric_limits<T>::infinity(), sum = 0;
    for_each_element(line, [&](Index i) { largest = x[i] > largest ? x[i] : largest; });
    for_each_element(line, [&](Index i) { sum += std::exp(x[i] - largest); });
    for_each_element(line, [&](Index i) { y[i] = x[i] - largest - std::log(sum); });
  });
}
}  // namespace detail

struct LogSoftmax : Operation<LogSoftmax> {
  Dims axes;
  constexpr explicit LogSoftmax(const Dims& along = {-1}) : axes(along) {}

  static constexpr Operator info{
      .name = "LogSoftmax",
      .infer = &infer_along,
      .equation = &along_equation,
      .law = {&detail::log_softmax_law<float>, &detail::log_softmax_law<double>},
      .integers = "axis..."};
  constexpr Attributes attributes() const { return {axes, {}}; }
};
inline constexpr LogSoftmax log_softmax{};

}  // namespace tenon
