// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Calls of operators on pictures, by a backend and by their laws:
///   Pictured<float> p(Conv2d{}, {{2, 3, 8, 8}, {4, 3, 3, 3}}, true);  p.of(Cpu{}) == p.by_law()
#include <tenon/network/operators/average_pool.hpp>
#include <tenon/network/operators/conv2d.hpp>
#include <tenon/network/operators/max_pool.hpp>

#include "product.hpp"

namespace tenon {

template <class T>
struct Pictured {
  const Operator* op;
  Attributes attributes;
  std::vector<Dims> shapes;
  Dims result;
  std::vector<std::vector<T>> inputs;
  bool bias = false;
  const Operator* activation = nullptr;
  bool weight_is_parameter = true;
  const SumBlocks* blocks = nullptr;

  Pictured(const auto& operation, const std::vector<Dims>& sizes, bool exact)
      : op(&operation.info), attributes(operation.attributes()), shapes(sizes) {
    Operands o{{}, {}, attributes, {}, 1};
    for (const Dims& shape : shapes) {
      o.shapes.push_back(shape), o.elements.push_back(element_of<T>);
      inputs.push_back(exact ? integers<T>(shape) : numbers<T>(shape));
    }
    result = op->infer(o).shape;
  }
  void add_bias(bool exact) {
    bias = true;
    shapes.push_back({result[1]});
    inputs.push_back(exact ? integers<T>(shapes.back()) : numbers<T>(shapes.back()));
  }

  KernelCall call(T* y) {
    KernelCall call;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      call.inputs.push_back({inputs[i].data(), whole_box(shapes[i]), element_of<T>});
    call.output = {y, whole_box(result), element_of<T>};
    call.attributes = attributes;
    call.bias = bias;
    call.sum_blocks = blocks;
    if (activation) call.activation = &activation->scalar, call.activation_name = activation->name;
    return call;
  }
  std::vector<T> nothing() const {
    return std::vector<T>(std::size_t(product(result)) * (blocks ? blocks->sums() : 1),
                          std::numeric_limits<T>::quiet_NaN());
  }
  /// Run twice: what the first run leaves is no matter.
  std::vector<T> of(const Backend& backend) {
    std::vector<T> y = nothing();
    const KernelCall here = call(y.data());
    PackedForms forms;
    PackedForms* const parameters[] = {nullptr, weight_is_parameter ? &forms : nullptr, nullptr};
    const auto prepared = backend.prepare(op->name, here, {parameters, inputs.size()});
    if (!prepared) return {};
    prepared->take_parameters(here);
    prepared->run(here);
    y = nothing();
    prepared->run(call(y.data()));
    return y;
  }
  std::vector<T> by_law() {
    std::vector<T> y = nothing();
    op->law(element_of<T>)(call(y.data()));
    return y;
  }
};

/// The largest difference, infinite where one is NaN and the other not.
template <class T>
double difference(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double far = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return HUGE_VAL;
    if (!std::isnan(a[i]) && a[i] != b[i])
      far = std::max(far, std::abs(double(a[i]) - double(b[i])));
  }
  return far;
}

}  // namespace tenon
