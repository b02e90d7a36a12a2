// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

using namespace tenon;

namespace {

std::mt19937 generator(1);
Index between(Index first, Index last) {
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

  std::vector<T> of(Kernel kernel) {
    std::vector<T> c(std::size_t(product(shape_c)), std::numeric_limits<T>::quiet_NaN());
    KernelCall call;
    const Element element = element_of<T>;
    call.inputs = {{a.data(), whole_box(shape_a), element},
                   {b.data(), whole_box(shape_b), element}};
    call.output = {c.data(), whole_box(shape_c), element};
    call.attributes = MatMul(transpose_a, transpose_b).attributes();
    call.bias = !bias.empty();
    if (call.bias) call.inputs.push_back({bias.data(), whole_box({Index(bias.size())}), element});
    if (activation) {
      call.activation = &activation->scalar;
      call.activation_name = activation->name;
    }
    kernel(call);
    return c;
  }
  std::vector<T> on_cpu() { return of(Cpu{}.kernel("MatMul", element_of<T>)); }
  std::vector<T> by_law() { return of(MatMul::info.law(element_of<T>)); }
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
  if (between(0, 1)) p.bias = exact ? integers<T>({n}) : numbers<T>({n});
  const Operator* const activations[] = {nullptr, &ReLU::info, &GELU::info};
  p.activation = activations[between(0, exact ? 1 : 2)];
  return p;
}

template <class T>
void check_products(int times, Index largest) {
  for (int i = 0; i < times; ++i) {
    const bool exact = i % 2;
    const Index m = between(0, largest), k = between(0, largest), n = between(0, largest);
    Product<T> p = random_product<T>(m, k, n, exact);
    const std::vector<T> y = p.on_cpu(), expected = p.by_law();
    double far = 0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double here = std::abs(double(y[j]) - double(expected[j]));
      far = here <= far ? far : std::isnan(here) ? HUGE_VAL : here;
    }
    CAPTURE(text(p.shape_a));
    CAPTURE(text(p.shape_b));
    CHECK(far <= (exact ? 0 : double(k + 1) * double(std::numeric_limits<T>::epsilon())));
  }
}

}  // namespace

TEST_CASE("cpu, MatMul: C = A B, + bias, then the activation, as the law says") {
  check_products<float>(400, 12);
  check_products<double>(400, 12);
  check_products<float>(12, 300);  // more than a tile in every direction
  check_products<double>(12, 300);
}

TEST_CASE("cpu, MatMul: sizes at the borders of the tiles") {
  for (const Index m : {1, 128, 129})
    for (const Index k : {255, 256, 257})
      for (const Index n : {1, 127, 128, 130}) {
        Product<float> p = random_product<float>(m, k, n, true);
        CHECK(p.on_cpu() == p.by_law());
      }
}

TEST_CASE("cpu, MatMul: an empty sum is zero, then bias and activation") {
  for (const bool with_bias : {false, true}) {
    Product<float> p;
    p.shape_a = {3, 0}, p.shape_b = {0, 2}, p.shape_c = {3, 2};
    if (with_bias) p.bias = {-1, 2};
    p.activation = &ReLU::info;
    CHECK(p.on_cpu() == (with_bias ? std::vector<float>{0, 2, 0, 2, 0, 2} : std::vector<float>(6)));
  }
}

TEST_CASE("cpu, MatMul: NaN and infinity go where the law lets them go") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  for (const double special : {nan, inf, -inf})
    for (const Operator* activation : {(const Operator*)nullptr, &ReLU::info, &GELU::info})
      for (int at = 0; at < 35; at += 3) {
        Product<double> p;
        p.shape_a = {5, 7}, p.shape_b = {7, 6}, p.shape_c = {5, 6};
        p.a = integers<double>(p.shape_a), p.b = integers<double>(p.shape_b);
        p.bias = integers<double>({6});
        p.a[std::size_t(at)] = special;
        p.activation = activation;
        const auto y = p.on_cpu(), expected = p.by_law();
        for (std::size_t i = 0; i < y.size(); ++i) {
          CHECK(std::isnan(y[i]) == std::isnan(expected[i]));
          if (std::isinf(expected[i])) CHECK(y[i] == expected[i]);
          else if (!std::isnan(y[i])) CHECK(std::abs(y[i] - expected[i]) <= 1e-12);
        }
      }
}

TEST_CASE("cpu, MatMul: the same call gives the same bits, wherever its operands lie") {
  Product<float> p = random_product<float>(33, 290, 45, false);
  const auto y = p.on_cpu();
  CHECK(p.on_cpu() == y);
  for (std::size_t shift = 1; shift < 16; ++shift) {  // other alignments
    Product<float> q = p;
    std::vector<float> a(p.a.size() + shift), b(p.b.size() + shift);
    std::copy(p.a.begin(), p.a.end(), a.begin() + std::ptrdiff_t(shift));
    std::copy(p.b.begin(), p.b.end(), b.begin() + std::ptrdiff_t(shift));
    KernelCall call;
    std::vector<float> c(y.size() + shift);
    call.inputs = {{a.data() + shift, whole_box(p.shape_a)},
                   {b.data() + shift, whole_box(p.shape_b)}};
    call.output = {c.data() + shift, whole_box(p.shape_c)};
    call.attributes = MatMul(p.transpose_a, p.transpose_b).attributes();
    call.bias = !p.bias.empty();
    if (call.bias) call.inputs.push_back({p.bias.data(), whole_box({45})});
    if (p.activation)
      call.activation = &p.activation->scalar, call.activation_name = p.activation->name;
    Cpu{}.kernel("MatMul", Element::float32)(call);
    CHECK(std::vector<float>(c.begin() + std::ptrdiff_t(shift), c.end()) == y);
  }
}

TEST_CASE("cpu, ReLU: y = max(x, 0), NaN stays NaN") {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    std::vector<T> x = numbers<T>({1003});
    x[5] = std::numeric_limits<T>::quiet_NaN(), x[6] = T(HUGE_VAL), x[7] = -T(HUGE_VAL), x[8] = 0;
    for (const Index n : {0, 1, 7, 1003}) {
      std::vector<T> y(x.size(), 77), expected = y;
      KernelCall call;
      call.inputs = {{x.data(), whole_box({n}), element_of<T>}};
      call.output = {y.data(), whole_box({n}), element_of<T>};
      Cpu{}.kernel("ReLU", element_of<T>)(call);
      call.output.data = expected.data();
      ReLU::info.law(element_of<T>)(call);
      for (std::size_t i = 0; i < y.size(); ++i)
        CHECK((y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))));
    }
  };
  check(float());
  check(double());
}

TEST_CASE("a backend has kernels for what it does better, and none for the rest") {
  CHECK(!Cpu{}.kernel("Softmax", Element::float32));
  CHECK(bool(Cpu{}.kernel("MatMul", Element::float32) != Cpu{}.kernel("MatMul", Element::float64)));
  CHECK(!Reference{}.kernel("MatMul", Element::float32));
  CHECK(Cpu{}.name() == "cpu");
  CHECK(Reference{}.name() == "reference");
}
