// SPDX-License-Identifier: Apache-2.0
// Products on a device: what is fused, how operands are rounded, which algorithm is taken; against
// the operator's law and the pretended CUDA.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include <tenon/backend/cuda/machine.ipp>
#include <tenon/backend/cuda/matmul.hpp>
#include <tenon/core/half.hpp>
#include <tenon/network/operators.hpp>

#include "../support/cuda/pretended.hpp"
#include "on_device.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A product with what follows it, in floats or doubles.
template <class T>
struct SomeProduct {
  std::vector<T> a, b, bias, y;
  KernelCall call;

  SomeProduct(const Dims& left, const Dims& right, const Dims& result, bool transpose_a = false,
              bool transpose_b = false)
      : a(std::size_t(product(left))), b(std::size_t(product(right))),
        bias(std::size_t(result.back())), y(std::size_t(product(result))) {
    std::mt19937 random(7);
    for (auto* values : {&a, &b, &bias})
      for (T& x : *values) x = T(int(random() % 4001) - 2000) / 1000;
    call.inputs.push_back({a.data(), whole_box(left), element_of<T>});
    call.inputs.push_back({b.data(), whole_box(right), element_of<T>});
    call.output = {y.data(), whole_box(result), element_of<T>};
    call.attributes = MatMul(transpose_a, transpose_b).attributes();
  }
  SomeProduct& with_bias() {
    call.bias = true;
    call.inputs.push_back({bias.data(), whole_box({Index(bias.size())}), element_of<T>});
    return *this;
  }
  SomeProduct& with(const Operator& activation) {
    call.activation = &activation.scalar;
    call.activation_name = activation.name;
    return *this;
  }
  std::vector<T> law() {
    MatMul::info.law(element_of<T>)(call);
    return y;
  }
  std::vector<T> on(const Cuda& cuda, int recorded = 0) {
    std::fill(y.begin(), y.end(), T(77));
    OnDevice made(cuda, MatMul::info, call);
    pretended::device().calls.clear();
    made.run(recorded);
    return y;
  }
};

template <class T>
double apart(const std::vector<T>& x, const std::vector<T>& y) {
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    most = std::max(most, std::abs(double(x[i]) - double(y[i])));
  return x.size() == y.size() ? most : HUGE_VAL;
}

struct CleanDevice {
  CleanDevice() { pretended::device().reset(); }
  ~CleanDevice() { pretended::device().reset(); }
  pretended::Device* operator->() { return &pretended::device(); }
};

struct CubeRoot : Operation<CubeRoot> {  // a function of the user's own
  static float single(float x) { return std::cbrt(x); }
  static double twice(double x) { return std::cbrt(x); }
  static constexpr Operator info{.name = "CubeRoot", .scalar = {&single, &twice}};
};

}  // namespace

TEST_CASE("products with bias and activation are the law's, in one call where cuBLASLt fuses") {
  CleanDevice device;
  device->keeps_nan[0] = true;
  const Cuda cuda{{.measure = false}};
  const Operator* activations[] = {nullptr, &ReLU::info, &GELU::info, &Tanh::info, &CubeRoot::info};
  for (bool bias : {false, true})
    for (const Operator* activation : activations) {
      SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
      if (bias) p.with_bias();
      if (activation) p.with(*activation);
      const auto expected = p.law();
      device->calls.clear();
      CAPTURE(bias);
      if (activation) CAPTURE(activation->name);
      CHECK(apart(p.on(cuda, 2), expected) < 1e-5);
      const bool fuses = !activation || activation == &ReLU::info;
      CHECK(device->calls["cublasLtMatmul"] == 2);
      const bool on_host = activation == &CubeRoot::info;
      CHECK(device->calls["cudaLaunchKernel"] == (fuses || on_host ? 0 : 2));
      CHECK(device->calls["cudaLaunchHostFunc"] == 2 * on_host);
    }
}

TEST_CASE("NaN and infinities go through a product, its bias and its activation as the law says") {
  CleanDevice device;
  const Cuda cuda{{.measure = false}}, brain{{.weights = Element::bfloat16, .measure = false}};
  for (const Cuda* backend : {&cuda, &brain})
    for (const Operator* activation : {&ReLU::info, &GELU::info, &Tanh::info})
      for (bool bias : {false, true}) {
        SomeProduct<float> p({4, 9}, {9, 6}, {4, 6});
        p.with(*activation);
        if (bias) p.with_bias();
        p.a[9] = NAN, p.a[18] = INFINITY;
        if (bias) p.bias[5] = NAN;
        const auto expected = p.law(), y = p.on(*backend, 1);
        CAPTURE(activation->name);
        for (std::size_t i = 0; i < y.size(); ++i)
          CHECK(std::isnan(y[i]) == std::isnan(expected[i]));
        CHECK(std::isnan(y[6]));
        CHECK(std::isnan(y[5]) == bias);
      }
}

TEST_CASE("ReLU is in the product with those algorithms that keep NaN, which are asked once") {
  CleanDevice device;
  for (bool first : {false, true})
    for (bool second : {false, true})
      for (bool bias : {false, true}) {
        device->keeps_nan[0] = first, device->keeps_nan[1] = second;
        const Cuda cuda{{.measure = false}};
        SomeProduct<float> p({4, 9}, {9, 6}, {4, 6});
        p.with(ReLU::info);
        if (bias) p.with_bias();
        p.a[9] = NAN;
        const auto expected = p.law(), y = p.on(cuda);
        CHECK(device->calls["cudaLaunchKernel"] == (first || second ? 0 : 1));
        for (std::size_t i = 0; i < y.size(); ++i)
          CHECK((std::isnan(expected[i]) ? std::isnan(y[i])
                                         : y[i] == doctest::Approx(expected[i]).epsilon(1e-5)));
        device->calls.clear();
        const OnDevice again(cuda, MatMul::info, p.call);
        CHECK(device->calls["cublasLtMatmul"] == 0);
        CHECK((again.kernel->choice().problem != 0) == (first == second));  // two are left, or one
      }
  device->keeps_nan[0] = true, device->keeps_nan[1] = true;
  device->refuse_algorithm = 0;
  SomeProduct<float> p({4, 9}, {9, 6}, {4, 6});
  p.with(ReLU::info);
  CHECK(apart(p.on(Cuda{{.measure = false}}), p.law()) < 1e-4);  // one that fails is none
}

TEST_CASE("GeLU is in the product where its operands are rounded no less than its tanh is") {
  CleanDevice device;
  const CudaOptions all[] = {{.measure = false},
                             {.weights = Element::bfloat16, .measure = false},
                             {.weights = Element::float16, .measure = false},
                             {.tensor_float32 = true, .measure = false}};
  for (const CudaOptions& options : all) {
    const Cuda cuda{options};
    SomeProduct<float> p({4, 1}, {1, 6}, {4, 6});  // of numbers that none of them rounds
    for (auto* values : {&p.a, &p.b})
      for (float& x : *values) x = std::round(x * 2) / 2;
    p.with(GELU::info);
    const auto expected = p.law(), y = p.on(cuda);
    const bool exact = &options == &all[0];
    CHECK((device->calls["cudaLaunchKernel"] == 0) == (options.tensor_float32));
    CHECK((apart(y, expected) < 1e-6) == exact);
    CHECK(apart(y, expected) < std::ldexp(4, -11));
    CHECK((cuda.way("MatMul", p.call).find("by a kernel") != std::string::npos) == exact);
  }
}

TEST_CASE("GeLU that makes a number of NaN is not in the product") {
  CleanDevice device;
  for (bool keeps : {true, false}) {
    device->gelu_keeps_nan = keeps;
    SomeProduct<float> p({4, 9}, {9, 6}, {4, 6});
    p.with(GELU::info);
    p.a[9] = NAN;
    device->calls.clear();
    const auto expected = p.law(), y = p.on(Cuda{{.tensor_float32 = true, .measure = false}});
    CHECK(device->calls["cudaLaunchKernel"] == (keeps ? 0 : 1));
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == std::isnan(expected[i]));
    CHECK(std::isnan(y[6]));
  }
}

TEST_CASE("where cuBLASLt does not fuse GeLU, nor anything in double, a kernel follows") {
  CleanDevice device;
  device->has_gelu = false;
  const Cuda cuda{{.measure = false}}, fast{{.tensor_float32 = true, .measure = false}};
  SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
  p.with_bias().with(GELU::info);
  CHECK(apart(p.on(fast), p.law()) < 2e-2);
  CHECK(device->calls["cudaLaunchKernel"] == 1);
  SomeProduct<double> q({5, 33}, {33, 7}, {5, 7});
  q.with_bias().with(ReLU::info);
  CHECK(apart(q.on(cuda), q.law()) < 1e-12);
}

TEST_CASE("a bias that begins between 16 bytes is added by a kernel, before any activation") {
  CleanDevice device;
  device->keeps_nan[0] = true;
  const Cuda cuda{{.measure = false}};
  const Operator* activations[] = {nullptr, &ReLU::info, &GELU::info};
  for (Index behind : {4, 8, 12, 16, 32})
    for (const Operator* activation : activations) {
      SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
      p.with_bias();
      if (activation) p.with(*activation);
      const auto expected = p.law();
      OnDevice call(cuda, MatMul::info, p.call, behind);
      device->calls.clear();
      call.run(1);
      CAPTURE(behind);
      CHECK(apart(p.y, expected) < 1e-4);
      const bool fuses = behind % 16 == 0 && activation != &GELU::info;
      CHECK(device->calls["cudaLaunchKernel"] == (fuses ? 0 : 2));
      CHECK(device->calls["cublasLtMatmul"] == 2);
    }
  const auto problem = [&](Index behind) {
    SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
    return OnDevice(cuda, MatMul::info, p.with_bias().call, behind).kernel->choice().problem;
  };
  CHECK(problem(16) == problem(16));
  CHECK(problem(16) != problem(32));
}

TEST_CASE("an empty sum is the bias; an empty result is nothing") {
  CleanDevice device;
  const Cuda cuda;
  SomeProduct<float> none({3, 0}, {0, 4}, {3, 4});
  none.with_bias().with(ReLU::info);
  CHECK(none.on(cuda, 1) == none.law());
  SomeProduct<float> empty({0, 5}, {5, 4}, {0, 4});
  CHECK(empty.on(cuda).empty());
}

TEST_CASE("batches are one call where their matrices are evenly far apart") {
  CleanDevice device;
  const Cuda cuda{{.measure = false}};
  const auto check = [&](const Dims& a, const Dims& b, const Dims& c, int calls, bool ta = false,
                         bool tb = false) {
    SomeProduct<float> p(a, b, c, ta, tb);
    const auto expected = p.law();
    device->calls.clear();
    CHECK(apart(p.on(cuda), expected) < 1e-4);
    CHECK(device->calls["cublasLtMatmul"] == calls);
  };
  check({4, 3, 20}, {20, 10}, {4, 3, 10}, 1);
  check({4, 3, 20}, {4, 20, 10}, {4, 3, 10}, 1);
  check({4, 3, 20}, {1, 20, 10}, {4, 3, 10}, 1);
  check({1, 3, 20}, {4, 20, 10}, {4, 3, 10}, 1);  // A is read again: a stride of none
  check({2, 1, 3, 5}, {1, 4, 5, 6}, {2, 4, 3, 6}, 8);
  check({2, 4, 20, 3}, {4, 10, 20}, {2, 4, 3, 10}, 8, true, true);
  check({2, 4, 20, 3}, {2, 4, 10, 20}, {2, 4, 3, 10}, 1, true, true);
}

TEST_CASE("TF32 only if asked; weights of 16 bits round both operands, and add in float") {
  CleanDevice device;
  SomeProduct<float> p({4, 65}, {65, 6}, {4, 6});
  const auto exact = p.law();
  CHECK(p.on(Cuda{{.measure = false}}) == exact);  // the first algorithm adds as the law does
  const double tf32 = apart(p.on(Cuda{{.tensor_float32 = true}}), exact);
  CHECK(tf32 > 1e-5);
  CHECK(tf32 < 2e-2);
  for (Element weights : {Element::bfloat16, Element::float16}) {
    const bool brain = weights == Element::bfloat16;
    const auto rounded = [&](float x) {
      return brain ? from_bfloat16(to_bfloat16(x)) : from_float16(to_float16(x));
    };
    SomeProduct<float> q({4, 65}, {65, 6}, {4, 6});
    for (auto* values : {&q.a, &q.b})
      for (float& x : *values) x = rounded(x);
    const auto expected = q.law();
    const Cuda cuda{{.weights = weights}};
    CHECK(apart(p.on(cuda, 1), expected) < 1e-4);
    CHECK(apart(expected, exact) > 1e-4);
    CHECK(cuda.kept_as("MatMul", 1, Element::float32) == weights);
    CHECK(cuda.kept_as("MatMul", 2, Element::float32) == Element::float32);
    CHECK(cuda.kept_as("MatMul", 1, Element::float64) == Element::float64);
    CHECK(cuda.kept_as("Gather", 0, Element::float32) == Element::float32);
  }
}

TEST_CASE("kernels round to 16 bits as the host does") {
  CleanDevice device;
  std::vector<float> values{0,       -0.f,     1,        -1,      65504,    65519.99f, 65520,
                            1e-7f,   6e-8f,    2.98e-8f, 2.9e-8f, 6.1e-5f,  6.09e-5f,  1e30f,
                            INFINITY, -INFINITY, NAN,    3.14159f, 0.1f,    1.0009766f, 1.0004883f};
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    const std::uint32_t bits = random();
    float x;
    std::memcpy(&x, &bits, 4);
    values.push_back(x);
  }
  const Cuda cuda;
  const auto machine = std::dynamic_pointer_cast<detail::CudaMachine>(cuda.device(0));
  const Index n = Index(values.size());
  const auto x = machine->allocate(n * 4), y = machine->allocate(n * 2);
  const auto here = machine->allocate_staging(n * 2);
  for (bool brain : {true, false}) {
    machine->fill(x.get(), Element::float32, values.data(), Element::float32, n);
    machine->kernels->over_elements(
        machine->stream, machine->kernels->find(brain ? "to_bfloat16" : "to_float16"), n,
        static_cast<void*>(x.get()), static_cast<void*>(y.get()), n);
    machine->download(here.get(), y.get(), n * 2);
    machine->wait();
    const auto* bits = reinterpret_cast<const std::uint16_t*>(here.get());
    int wrong = 0;
    for (Index i = 0; i < n; ++i) {
      const float value = values[std::size_t(i)];
      wrong += bits[i] != (brain ? to_bfloat16(value) : to_float16(value));
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the fastest algorithm is taken, once for each shape, and another one if it fails") {
  CleanDevice device;
  const Cuda cuda;
  SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
  const auto way = [&](const Cuda& of) {
    OnDevice call(of, MatMul::info, p.call);
    return call.kernel->choice().way;
  };
  device->milliseconds[0] = 2, device->milliseconds[1] = 1;
  CHECK(way(cuda) == 1);
  const int calls = device->calls["cublasLtMatmul"];
  CHECK(calls > 2);
  CHECK(way(cuda) == 1);
  CHECK(device->calls["cublasLtMatmul"] == calls);  // remembered
  CHECK(way(Cuda{{.measure = false}}) == 0);
  device->refuse_algorithm = 1;
  CHECK(way(Cuda{}) == 0);
  device->refuse_algorithm = -1;
  device->milliseconds[0] = .5;
  CHECK(way(Cuda{}) == 0);
  OnDevice call(cuda, MatMul::info, p.call);
  const auto first = p.law();
  call.kernel->choose(0);
  call.run();
  CHECK(p.y == first);
  CHECK(way(cuda) == 0);  // remembered, too
}

TEST_CASE("an algorithm is taken for being clearly faster, not for noise") {
  CHECK(detail::clearly_fastest(std::vector{1.f, .98f, .99f}) == 0);
  CHECK(detail::clearly_fastest(std::vector{1.f, .98f, .96f}) == 2);
  CHECK(detail::clearly_fastest(std::vector{INFINITY, 1.f, .99f}) == 1);
  CHECK(detail::clearly_fastest(std::vector{2.f, INFINITY, 1.f}) == 2);
  CleanDevice device;
  SomeProduct<float> p({5, 33}, {33, 7}, {5, 7});
  const auto way = [&] { return OnDevice(Cuda{}, MatMul::info, p.call).kernel->choice().way; };
  device->milliseconds[0] = 1, device->milliseconds[1] = 1.01f;
  for (int disturbed = 1; disturbed < 20; ++disturbed) {
    device->calls.clear();
    device->disturbed = {{disturbed, 5.f}};  // one of the runs of one of them
    CHECK(way() == 0);
  }
  device->disturbed = {};
  device->milliseconds[0] = .004f, device->milliseconds[1] = .003f;
  device->calls.clear();
  CHECK(way() == 1);
  CHECK(device->calls["product"] > 3 * (100 + 100));  // of few microseconds many
}

TEST_CASE("a product that is too large for a call of cuBLASLt is several") {
  CleanDevice device;
  const Index rows_of_all = (Index(1) << 33) + 5;
  const detail::ProductParts huge(rows_of_all, 200000, {});
  Index elements = 0;
  for (const auto& part : huge.parts) {
    CHECK(part.rows <= Index(1) << 30);
    CHECK(part.matrices <= 65535);
    elements += part.rows * part.matrices;
    CHECK(huge.shapes[part.shape] == detail::ProductParts::Shape{part.rows, part.matrices});
  }
  CHECK(elements == rows_of_all * 200000);
  CHECK(huge.parts.size() == 9 * 4);
  CHECK(huge.shapes.size() == 4);

  const Cuda cuda{{.measure = false}};
  SomeProduct<float> many({65535 + 9, 2, 1}, {65535 + 9, 1, 1}, {65535 + 9, 2, 1});
  const auto all = many.law();
  device->calls.clear();
  CHECK(many.on(cuda, 1) == all);
  CHECK(device->calls["cublasLtMatmul"] == 4);

  const auto machine = std::dynamic_pointer_cast<detail::CudaMachine>(cuda.device(0));
  for (bool transposed : {false, true})
    for (Index rows : {1, 2, 3, 7, 20})
      for (Index matrices : {1, 2, 3, 9})
        for (const Operator* activation : {&GELU::info, &ReLU::info}) {
          SomeProduct<float> p(transposed ? Dims{3, 5, 7} : Dims{3, 7, 5}, {3, 5, 6}, {3, 7, 6},
                               transposed);
          const auto expected = p.with_bias().with(*activation).law();
          OnDevice call(cuda, MatMul::info, p.call);
          call.make([&](const KernelCall& there) {
            return std::make_unique<detail::CudaMatMul>(
                there, *machine, detail::ProductLimits{.rows = rows, .matrices = matrices});
          });
          device->calls.clear();
          call.run(1);
          CAPTURE(text(Dims{rows, matrices, transposed}));
          CHECK(apart(p.y, expected) < 1e-4);
          CHECK(device->calls["cublasLtMatmul"] ==
                2 * ((7 + rows - 1) / rows) * ((3 + matrices - 1) / matrices));
        }
}

TEST_CASE("what is said of a product is what is done") {
  CleanDevice device;
  const Cuda cuda{{.measure = false}};
  const Operator* activations[] = {nullptr, &ReLU::info, &GELU::info, &Tanh::info, &CubeRoot::info};
  const auto check = [&](auto&& p, bool bias, const Operator* activation) {
    if (bias) p.with_bias();
    if (activation) p.with(*activation);
    const std::string way = cuda.way("MatMul", p.call);
    const auto expected = p.law();
    device->calls.clear();
    CHECK(apart(p.on(cuda), expected) < 1e-4);
    CAPTURE(way);
    CHECK(way.starts_with("cuBLASLt"));
    const bool may = way.find("a kernel where") != way.npos;  // the device is asked
    CHECK((may || way.find("by a kernel") != way.npos) == (device->calls["cudaLaunchKernel"] == 1));
    CHECK((way.find("on the host") != way.npos) == (device->calls["cudaLaunchHostFunc"] == 1));
    CHECK((way.find("bias") != way.npos) == bias);
    CHECK(!activation == (way.find(activation ? activation->name : "?") == way.npos));
    return way;
  };
  for (bool bias : {false, true})
    for (const Operator* activation : activations) {
      check(SomeProduct<float>({5, 33}, {33, 7}, {5, 7}), bias, activation);
      check(SomeProduct<double>({5, 33}, {33, 7}, {5, 7}), bias, activation);
    }
  const auto said = [&](auto&& p, const Operator& of) { return check(p, true, &of); };
  CHECK(said(SomeProduct<float>({5, 33}, {33, 7}, {5, 7}), GELU::info) ==
        "cuBLASLt, bias; then GeLU by a kernel");
  CHECK(said(SomeProduct<float>({5, 33}, {33, 7}, {5, 7}), ReLU::info) ==
        "cuBLASLt, bias, ReLU (a kernel where cuBLASLt's makes 0 of NaN)");
  CHECK(said(SomeProduct<double>({5, 33}, {33, 7}, {5, 7}), GELU::info) ==
        "cuBLASLt; then bias, GeLU by a kernel");
  CHECK(said(SomeProduct<double>({5, 33}, {33, 7}, {5, 7}), CubeRoot::info) ==
        "cuBLASLt; then bias by a kernel; then CubeRoot on the host");
}
