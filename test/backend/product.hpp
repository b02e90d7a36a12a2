// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Random products of matrices by any backend:  random_product<float>(m, k, n, true).of(Cpu{})
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <tenon/backend/backend.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

namespace tenon {

inline std::mt19937 generator(1);
inline Index between(Index first, Index last) {
  return std::uniform_int_distribution<Index>(first, last)(generator);
}

/// Small integers: their products and sums are exact, so that both backends must agree bit for bit.
template <class T>
std::vector<T> integers(const Dims& shape) {
  std::vector<T> values(std::size_t(product(shape)));
  for (T& x : values) x = T(between(-4, 4));
  return values;
}
template <class T>
std::vector<T> numbers(const Dims& shape) {
  std::vector<T> values(std::size_t(product(shape)));
  for (T& x : values) x = T(between(-1'000'000, 1'000'000)) / T(1'000'000);
  return values;
}

template <class T>
struct Product {
  Dims shape_a, shape_b, shape_c;
  bool transpose_a = false, transpose_b = false;
  std::vector<T> a, b, bias;
  const Operator* activation = nullptr;

  bool b_is_parameter = true;

  KernelCall call(T* c) {
    const Element element = element_of<T>;
    KernelCall call;
    call.inputs = {{a.data(), whole_box(shape_a), element},
                   {b.data(), whole_box(shape_b), element}};
    call.output = {c, whole_box(shape_c), element};
    call.attributes = MatMul(transpose_a, transpose_b).attributes();
    call.bias = !bias.empty();
    if (call.bias) call.inputs.push_back({bias.data(), whole_box({Index(bias.size())}), element});
    if (activation) {
      call.activation = &activation->scalar;
      call.activation_name = activation->name;
    }
    return call;
  }
  std::vector<T> nothing() const {
    return std::vector<T>(std::size_t(product(shape_c)), std::numeric_limits<T>::quiet_NaN());
  }
  std::vector<T> of(const Backend& backend) {
    std::vector<T> c = nothing();
    const KernelCall here = call(c.data());
    PackedForms forms;
    PackedForms* const parameters[] = {nullptr, b_is_parameter ? &forms : nullptr, nullptr};
    const auto prepared = backend.prepare("MatMul", here, parameters);
    if (prepared) {
      prepared->take_parameters(here);
      prepared->run(here);
    } else {
      backend.kernel("MatMul", element_of<T>)(here);
    }
    return c;
  }
  std::vector<T> by_law() {
    std::vector<T> c = nothing();
    MatMul::info.law(element_of<T>)(call(c.data()));
    return c;
  }
};

/// A product of these sizes, with random transposes, batches, bias and activation.
template <class T>
Product<T> random_product(Index m, Index k, Index n, bool exact) {
  Product<T> p;
  p.transpose_a = between(0, 1), p.transpose_b = between(0, 1);
  const bool a_has_all = between(0, 1);
  for (Index d = between(0, 5) ? 0 : between(1, 3); d > 0; --d) {  // batch dimensions
    const Index size = between(1, 3);
    p.shape_c.push_back(size);
    (a_has_all ? p.shape_a : p.shape_b).push_back(size);
    Dims& other = a_has_all ? p.shape_b : p.shape_a;  // its last ones, some of size one
    if (!other.empty() || between(0, 1)) other.push_back(between(0, 2) ? size : 1);
  }
  for (Index size : {m, n}) p.shape_c.push_back(size);
  for (Index size : {p.transpose_a ? k : m, p.transpose_a ? m : k}) p.shape_a.push_back(size);
  for (Index size : {p.transpose_b ? n : k, p.transpose_b ? k : n}) p.shape_b.push_back(size);
  p.a = exact ? integers<T>(p.shape_a) : numbers<T>(p.shape_a);
  p.b = exact ? integers<T>(p.shape_b) : numbers<T>(p.shape_b);
  p.b_is_parameter = between(0, 2);
  if (between(0, 1)) p.bias = exact ? integers<T>({n}) : numbers<T>({n});
  const Operator* const activations[] = {nullptr, &ReLU::info, &GELU::info};
  p.activation = activations[between(0, exact ? 1 : 2)];
  return p;
}

}  // namespace tenon
