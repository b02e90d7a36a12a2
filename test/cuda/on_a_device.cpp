// SPDX-License-Identifier: Apache-2.0
// What a device must get right, whichever it is: MindSpore's logits, the laws' products, the same
// bits again. It runs on a GPU (test/cuda.sh), and on the pretended CUDA with fewer rows.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/core/half.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/io/npy.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/convolution.hpp>
#include <tenon/network/operators.hpp>

#include "../../examples/network.hpp"
#include "on_device.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

#ifdef TENON_PRETENDED_CUDA
const bool is_slow = true;
#else
const bool is_slow = std::getenv("TENON_CUDA_SHORT");  // under compute-sanitizer
#endif
const std::size_t images_here = is_slow ? 6 : 256;  // and nothing is measured where it is slow

/// What tanh that is wrong by 2^-11 of itself does to x / 2 (1 + tanh(...)): 2.5e-4 of x.
constexpr double gelu_in_product = 3e-4;

CudaOptions usual(Element weights = Element::float32, bool tensor_float32 = false) {
  return {.weights = weights,
          .tensor_float32 = tensor_float32,
          .measure = !is_slow};
}

struct LeNet {
  Convolution conv1{"conv1", 1, 6, {5, 5}, Conv2d{}, Convolution::no_bias};
  Convolution conv2{"conv2", 6, 16, {5, 5}, Conv2d{}, Convolution::no_bias};
  MaxPool pool{{2, 2}, {2, 2}};
  Dense fc1{"fc1", 400, 120, Dense::transposed}, fc2{"fc2", 120, 84, Dense::transposed},
      fc3{"fc3", 84, 10, Dense::transposed};
  constexpr auto construct(auto x) const {
    x = pool(relu(conv2(pool(relu(conv1(x))))));  // [batch, 16, 5, 5]
    return fc3(relu(fc2(relu(fc1(flatten(x))))));
  }
};
using Tutorial = Model<Network, Input<32, 28, 28>, AnyOf<1, 4>>;
using Lenet = Model<LeNet, Input<32, 1, 32, 32>, Devices<1>>;

void fill_from_npy(auto& model, const std::string& network) {
  for (const auto& slice : model.parameters().slices()) {
    const Array values =
        read_npy(sentence(TENON_TEST_DATA "/npy/", network, ".", slice.name, ".npy"));
    model.template set_parameter<float>(slice.name, values.template as<float>());
  }
}

/// Pictures of so many pixels a side, MNIST's in the middle.
std::vector<float> pictures_of(std::size_t side) {
  const Array bytes = read_npy(TENON_TEST_DATA "/npy/images256.npy");
  const std::size_t border = (side - 28) / 2;
  std::vector<float> x(256 * side * side);
  for (std::size_t i = 0; i < 256 * 784; ++i)
    x[i / 784 * side * side + (i % 784 / 28 + border) * side + i % 28 + border] =
        float(bytes.as<std::uint8_t>()[i]) / 255.f;
  return x;
}

/// The largest difference from MindSpore's logits, over the images in batches of so many.
double far_from_mindspore(auto& model, const std::string& network, const std::vector<float>& x,
                          std::size_t batch) {
  const Array expected = read_npy(
      sentence(TENON_TEST_DATA "/mindspore/reference/", network, "_logits256_float64.npy"));
  const std::size_t size = x.size() / 256;
  double far = 0;
  for (std::size_t at = 0; at < images_here; at += batch) {
    const std::size_t rows = std::min(batch, images_here - at);
    const auto y = model.predict(std::span(x).subspan(at * size, rows * size));
    for (std::size_t i = 0; i < rows * 10; ++i)
      far = std::max(far, std::abs(double(y[i]) - expected.as<double>()[at * 10 + i]));
  }
  return far;
}

struct RandomProduct {
  std::vector<float> a, b, bias, y;
  KernelCall call;

  RandomProduct(Index rows, Index inner, Index columns, bool transpose_a, bool transpose_b)
      : a(std::size_t(rows * inner)), b(std::size_t(inner * columns)), bias(std::size_t(columns)),
        y(std::size_t(rows * columns)) {
    std::mt19937 random(unsigned(rows * 31 + inner * 7 + columns));
    for (auto* values : {&a, &b, &bias})
      for (float& x : *values) x = float(int(random() % 2001) - 1000) / 1000;
    const auto block = [](std::vector<float>& data, Index first, Index second, bool exchanged) {
      const Dims shape = exchanged ? Dims{second, first} : Dims{first, second};
      return Block{data.data(), whole_box(shape), Element::float32};
    };
    call.inputs = {block(a, rows, inner, transpose_a), block(b, inner, columns, transpose_b),
                   {bias.data(), whole_box({columns}), Element::float32}};
    call.output = block(y, rows, columns, false);
    call.attributes = MatMul(transpose_a, transpose_b).attributes();
    call.bias = true;
  }
  /// Far from the sum in double, in units of what rounding may do to k of them.
  double far(const Operator* activation, auto&& rounded) const {
    const bool ta = call.attributes.integers[0], tb = call.attributes.integers[1];
    const Index rows = call.output.size(0), columns = call.output.size(1),
                inner = Index(a.size()) / rows;
    double most = 0;
    for (Index m = 0; m < rows; ++m)
      for (Index n = 0; n < columns; ++n) {
        double sum = 0;
        for (Index k = 0; k < inner; ++k)
          sum += double(rounded(a[std::size_t(ta ? k * rows + m : m * inner + k)])) *
                 double(rounded(b[std::size_t(tb ? n * inner + k : k * columns + n)]));
        sum += double(bias[std::size_t(n)]);
        if (activation) sum = activation->scalar(sum);
        most = std::max(most, std::abs(double(y[std::size_t(m * columns + n)]) - sum));
      }
    return most / (std::sqrt(double(inner)) + 1);
  }
};

}  // namespace

TEST_CASE("the tutorial's network gives MindSpore's logits") {
  const std::vector<float> x = pictures_of(28);
  Tutorial model(Cuda{usual()});
  fill_from_npy(model, "mlp");
  for (std::size_t batch : {32, 5, 1}) CHECK(far_from_mindspore(model, "mlp", x, batch) < 1e-4);
}

TEST_CASE("LeNet-5 gives MindSpore's logits") {
  Lenet model(Cuda{usual()});
  fill_from_npy(model, "lenet5");
  CHECK(far_from_mindspore(model, "lenet5", pictures_of(32), 32) < 1e-4);
}

TEST_CASE("weights of 16 bits and TF32 are near, and float32 is nearer") {
  const std::vector<float> x = pictures_of(28);
  for (const CudaOptions& options :
       {usual(Element::bfloat16), usual(Element::float16), usual(Element::float32, true)}) {
    Tutorial model(Cuda{options});
    fill_from_npy(model, "mlp");
    const double far = far_from_mindspore(model, "mlp", x, 32);
    CHECK(far < (options.weights == Element::bfloat16 ? .5 : .1));
    CHECK(far > 1e-5);
  }
}

TEST_CASE("one model gives the same bits again and again") {
  const std::vector<float> x = pictures_of(28);
  Tutorial model(Cuda{usual()});
  fill_from_npy(model, "mlp");
  std::vector<float> first;
  for (int times = 0; times < 5; ++times) {
    const auto y = model.predict(std::span(x).first(32 * 784));
    if (first.empty()) first.assign(y.begin(), y.end());
    CHECK(std::equal(y.begin(), y.end(), first.begin()));
  }
}

TEST_CASE("ranks that exchange on one device give MindSpore's logits") {
  const std::vector<float> x = pictures_of(28);
  for (DeviceExchange exchange : {DeviceExchange::staged, DeviceExchange::peer}) {
    std::vector<double> far(4, HUGE_VAL);
    CudaOptions options = usual();
    options.exchange = exchange;
    const Cuda cuda{options};  // one for all of them: they share its kernels
    run_virtual_ranks(4, [&](Communication& communication) {
      Tutorial model(communication, cuda);
      fill_from_npy(model, "mlp");
      double& own = far[std::size_t(communication.rank())] = 0;
      for (std::size_t batch : {32, 5})
        own = std::max(own, far_from_mindspore(model, "mlp", x, batch));
    });
    for (double own : far) CHECK(own < 1e-4);
  }
}

TEST_CASE("NaN and infinities go through every form of what follows a product") {
  const CudaOptions all[] = {usual(), usual(Element::bfloat16), usual(Element::float16),
                             usual(Element::float32, true)};
  const Operator* activations[] = {nullptr, &ReLU::info, &GELU::info, &Sigmoid::info};
  for (const CudaOptions& options : all) {
    const Cuda cuda{options};
    for (const Operator* activation : activations)
      for (bool bias : {false, true})
        for (Index columns : {32, 33}) {
          RandomProduct p(8, 16, columns, false, false);
          if (activation) {
            p.call.activation = &activation->scalar;
            p.call.activation_name = activation->name;
          }
          p.call.bias = bias;
          if (!bias) p.call.inputs = {p.call.inputs[0], p.call.inputs[1]};
          p.a[16] = NAN;       // in row 1
          p.a[48] = INFINITY;  // in row 3
          if (bias) p.bias[7] = NAN;
          MatMul::info.law(Element::float32)(p.call);
          const std::vector<float> expected = p.y;
          OnDevice(cuda, MatMul::info, p.call).run(1);
          CAPTURE(cuda.way("MatMul", p.call));
          int wrong = 0;
          for (std::size_t i = 0; i < p.y.size(); ++i) {
            // By the tanh form of -infinity is -infinity times 0; who does it otherwise may.
            if (activation == &GELU::info && i / std::size_t(columns) == 3) continue;
            wrong += std::isnan(p.y[i]) != std::isnan(expected[i]);
            wrong += std::isinf(p.y[i]) != std::isinf(expected[i]);
          }
          CHECK(wrong == 0);
          CHECK(std::isnan(p.y[std::size_t(columns)]));
          if (bias) CHECK(std::isnan(p.y[7]));
        }
  }
}

TEST_CASE("GeLU behind a product is the tanh form, over its whole range") {
  // x = 1 a + b, so that what goes into it is known: steps of 1/64 from -12 to 12, or of 3/8, which
  // nothing rounds. In a product that rounds its operands the device's fast tanh may be in it.
  for (const CudaOptions& options :
       {usual(), usual(Element::bfloat16), usual(Element::float32, true)})
    for (bool bias : {false, true}) {
      RandomProduct p(24, 1, 64, false, false);
      p.call.activation = &GELU::info.scalar;
      p.call.activation_name = GELU::info.name;
      for (std::size_t m = 0; m < 24; ++m) p.a[m] = bias ? float(m) - 12 : 1;
      for (std::size_t n = 0; n < 64; ++n)
        p.b[n] = bias ? 1 : float(n) * 24 / 64 - 12, p.bias[n] = float(n) / 64;
      p.call.bias = bias;
      if (!bias) p.call.inputs = {p.call.inputs[0], p.call.inputs[1]};
      OnDevice(Cuda{options}, MatMul::info, p.call).run(1);
      double most = 0;
      for (std::size_t i = 0; i < p.y.size(); ++i) {
        const double x =
            double(p.a[i / 64]) * double(p.b[i % 64]) + (bias ? double(p.bias[i % 64]) : 0.);
        most = std::max(
            most, std::abs(double(p.y[i]) - GELU::info.scalar(x)) / std::max(1., std::abs(x)));
      }
      const bool exact = options.weights == Element::float32 && !options.tensor_float32;
      CHECK(most < (exact ? 3e-6 : gelu_in_product));
    }
}

TEST_CASE("TF32 rounds operands to 10 bits of fraction and no further, float32 rounds none") {
  const Cuda exact{usual()}, fast{usual(Element::float32, true)};
  const auto same = [](float x) { return x; };
  RandomProduct p(64, 256, 128, false, false);
  OnDevice(exact, MatMul::info, p.call).run(1);
  CHECK(p.far(nullptr, same) < 3e-6);
  OnDevice(fast, MatMul::info, p.call).run(1);
  CHECK(p.far(nullptr, same) > 3e-6);
  for (auto* values : {&p.a, &p.b})
    for (float& x : *values) x = std::round(x * 1024) / 1024;  // of 10 bits, so nothing is rounded
  OnDevice(fast, MatMul::info, p.call).run(1);
  CHECK(p.far(nullptr, same) < 3e-6);
}

TEST_CASE("products of every shape, transposed or not, with what follows them") {
  const Cuda cuda{usual()}, brain{usual(Element::bfloat16)};
  const Operator* activations[] = {nullptr, &ReLU::info, &GELU::info, &Sigmoid::info};
  constexpr Index shapes[][3] = {{1, 784, 512}, {8, 512, 10}, {32, 784, 512}, {3, 7, 5},
                                 {33, 65, 129}, {1, 1, 1},    {128, 31, 2},   {5, 1000, 3}};
  int i = 0;
  for (const auto& shape : shapes)
    for (int form = 0; form < 4; ++form) {
      const Index rows = shape[0], inner = shape[1], columns = shape[2];
      if (is_slow && rows * inner * columns > 40000) continue;
      const Operator* activation = activations[++i % 4];
      RandomProduct p(rows, inner, columns, form & 1, form & 2);
      if (activation) {
        p.call.activation = &activation->scalar;
        p.call.activation_name = activation->name;
      }
      CAPTURE(text(Dims{rows, inner, columns, form}));
      OnDevice(cuda, MatMul::info, p.call).run(1);
      CHECK(p.far(activation, [](float x) { return x; }) < 3e-6);
      OnDevice(brain, MatMul::info, p.call).run(1);
      CHECK(p.far(activation, [](float x) { return from_bfloat16(to_bfloat16(x)); }) <
            (activation == &GELU::info ? gelu_in_product : 3e-6));
    }
}
