// SPDX-License-Identifier: Apache-2.0
// LeNet-5 on MNIST: convolutions cut by images, by channels of the output and of the input.
#include <cstring>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/idx.hpp>
#include <tenon/io/npy.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/convolution.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "mpi.hpp"

using namespace tenon;

namespace {

struct LeNet5 {
  Convolution conv1{"conv1", 1, 6, {5, 5}, Conv2d{}, Convolution::no_bias};
  Convolution conv2{"conv2", 6, 16, {5, 5}, Conv2d{}, Convolution::no_bias};
  MaxPool pool{{2, 2}, {2, 2}};
  Dense fc1{"fc1", 400, 120, Dense::transposed}, fc2{"fc2", 120, 84, Dense::transposed},
      fc3{"fc3", 84, 10, Dense::transposed};

  constexpr explicit LeNet5(Index devices) {
    const Index channels = devices % 3 == 0 ? 3 : devices > 1 ? 2 : 1;  // cut into as many parts
    const Index images = devices / channels, outputs = images % 2 ? 1 : 2;
    if (devices == 1) return;
    conv1.conv2d.shard({{images, 1, 1, 1}, {channels, 1, 1, 1}});
    conv2.conv2d.shard({{images / outputs, channels, 1, 1}, {outputs, channels, 1, 1}});
  }
  constexpr auto construct(auto x) const {
    x = pool(relu(conv1(x)));  // [batch, 6, 14, 14]
    x = pool(relu(conv2(x)));  // [batch, 16, 5, 5]
    return fc3(relu(fc2(relu(fc1(flatten(x))))));
  }
};

using LeNet5Model = Model<LeNet5, Input<32, 1, 32, 32>, AnyOf<1, 2, 3, 4, 6, 8>>;
const std::string checkpoint = TENON_EXAMPLE_DATA "/lenet5.ckpt";

/// 28 x 28 pixels in the middle of 32 x 32.
struct Pictures {
  std::vector<float> x;
  std::vector<std::uint8_t> labels;

  Pictures() {
    const IdxImages all = read_idx_images(TENON_EXAMPLE_DATA "/t10k-images-idx3-ubyte.gz");
    labels = read_idx_labels(TENON_EXAMPLE_DATA "/t10k-labels-idx1-ubyte.gz");
    x.resize(labels.size() * 1024);
    for (std::size_t i = 0; i < labels.size() * 784; ++i)
      x[i / 784 * 1024 + (i % 784 / 28 + 2) * 32 + i % 28 + 2] = float(all.pixels[i]) / 255.f;
  }
  std::span<const float> images(std::size_t first, std::size_t count) const {
    return std::span(x).subspan(first * 1024, count * 1024);
  }
};

const Pictures& pictures() {
  static const Pictures all;
  return all;
}

void check_logits(LeNet5Model& model, std::size_t batch, std::size_t images) {
  CAPTURE(batch);
  const Array stored =
      read_npy(TENON_TEST_DATA "/mindspore/reference/lenet5_logits256_float64.npy");
  for (std::size_t at = 0; at < images; at += batch) {
    const std::size_t count = std::min(batch, images - at);
    const auto y = model.predict(pictures().images(at, count));
    REQUIRE(y.size() == count * 10);
    double far = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
      far = std::max(far, std::abs(double(y[i]) - stored.as<double>()[at * 10 + i]));
    CHECK(far < 1e-4);
  }
}

}  // namespace

MPI_TEST_CASE("LeNet-5 knows 9805 of 10000 digits, however it is cut", tenon_test::all_ranks) {
  LeNet5Model model(world, Cpu{});
  model.load(checkpoint);
  int right = 0;
  for (std::size_t at = 0; at < 10000; at += 500) {
    const auto y = model.predict(pictures().images(at, 500));
    for (std::size_t i = 0; i < 500; ++i) {
      const auto row = y.subspan(i * 10, 10);
      right += std::max_element(row.begin(), row.end()) - row.begin() == pictures().labels[at + i];
    }
  }
  CHECK(right == 9805);
  check_logits(model, 32, 256);
  check_logits(model, 5, 17);
  check_logits(model, 1, 3);
}

MPI_TEST_CASE("LeNet-5 by the laws", tenon_test::all_ranks) {
  LeNet5Model model(world, Reference{});
  model.load(checkpoint);
  check_logits(model, 16, 16);
}

MPI_TEST_CASE("LeNet-5 has the same bits on any number of ranks, if asked", tenon_test::all_ranks) {
  const Cpu cpu({.reproducible = true});
  LeNet5Model model(world, cpu), alone(cpu);
  model.load(checkpoint), alone.load(checkpoint);
  for (const std::size_t batch : {32, 1}) {
    const auto y = model.predict(pictures().images(0, batch));
    const auto expected = alone.predict(pictures().images(0, batch));
    REQUIRE(y.size() == expected.size());
    CHECK(std::memcmp(y.data(), expected.data(), y.size_bytes()) == 0);
  }
}
