// SPDX-License-Identifier: Apache-2.0
// One Cuda that several threads use: each has a stream of its own, and what is one thread's at a
// time is checked; against the pretended CUDA.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/run/device_memory.hpp>

#include "../support/cuda/pretended.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct SplitLayers {
  Dense a{"a", 24, 48}, b{"b", 48, 10};
  constexpr explicit SplitLayers(Index devices) {
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
  }
  constexpr auto construct(auto x) const { return b(relu(a(x))); }
};
using Split = Model<SplitLayers, Input<3, 24>, AnyOf<1, 2, 3, 4, 5>>;

std::vector<float> values_of(std::size_t count, int seed) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = float((int(i) + seed) * 7 % 11) / 8 - .5f;
  return values;
}
void fill_split(auto& model) {
  model.template set_parameter<float>("a.weight", values_of(24 * 48, 1));
  model.template set_parameter<float>("a.bias", values_of(48, 2));
  model.template set_parameter<float>("b.weight", values_of(480, 3));
  model.template set_parameter<float>("b.bias", values_of(10, 4));
}
std::vector<float> split_answer(auto& model) {
  const auto y = model.predict(values_of(72, 5));
  return {y.begin(), y.end()};
}
const std::vector<float>& split_expected() {
  static const std::vector<float> expected = [] {
    Split model(Reference{});
    fill_split(model);
    return split_answer(model);
  }();
  return expected;
}
bool are_near(const std::vector<float>& x, const std::vector<float>& y) {
  return std::ranges::equal(x, y, [](float a, float b) { return std::abs(a - b) < 1e-4f; });
}

struct OnlyThisTest {
  OnlyThisTest() { pretended::device().reset(); }
  ~OnlyThisTest() { pretended::device().reset(); }
  pretended::Device* operator->() { return &pretended::device(); }
};

}  // namespace

TEST_CASE("ranks that are threads share one Cuda: each is right, on a device of its place") {
  OnlyThisTest device;
  device->devices = 2;
  const Cuda cuda;
  for (int ranks : {4, 3}) {
    std::atomic<int> right = 0;
    run_virtual_ranks(ranks, [&](Communication& communication) {
      Split model(communication, cuda);
      fill_split(model);
      for (int times = 0; times < 5; ++times)
        right += are_near(split_answer(model), split_expected());
      CHECK(cuda.device(0)->text() ==
            sentence("device ", communication.rank() % 2, " (Pretended)"));
    });
    CHECK(right == 5 * ranks);
  }
  CHECK(!device->broken_guard);
}

TEST_CASE("threads of one device share its kernels and what was measured") {
  OnlyThisTest device;
  const Cuda cuda;
  const auto make = [&] {
    Split model(cuda);
    fill_split(model);
    CHECK(are_near(split_answer(model), split_expected()));
  };
  make();
  device->calls.clear();
  std::thread(make).join();
  CHECK(device->calls["nvrtcCompileProgram"] == 0);
  CHECK(device->calls["cublasLtMatmul"] == 4);  // done once, and recorded: nothing is measured
  CHECK(device->calls["cudaStreamCreate"] == 1);
  std::thread(make).join();
  CHECK(device->calls["cudaStreamCreate"] == 1);  // that of a thread that has ended
}

TEST_CASE("a model that another thread goes on with finds its parameters where they are") {
  OnlyThisTest device;
  Split model(Cuda{});
  fill_split(model);
  split_answer(model);
  const std::size_t before = device->to_device;
  std::thread([&] {
    CHECK(are_near(split_answer(model), split_expected()));
    const std::vector<float> x = values_of(24, 5);
    const auto y = model.predict(x);  // another program
    CHECK(are_near(std::vector<float>(y.begin(), y.end()),
                   {split_expected().begin(), split_expected().begin() + 10}));
  }).join();
  CHECK(device->to_device - before < 1000);  // inputs, no parameters
  CHECK(are_near(split_answer(model), split_expected()));
}

TEST_CASE("a thread that works where another is at work is told so, and the other one goes on") {
  OnlyThisTest device;
  const Cuda cuda;
  Split model(cuda);
  fill_split(model);
  const auto here = cuda.device(0);
  {
    const DeviceWork work(*here);
    const DeviceWork again(*here);
    std::string said;
    std::thread([&] { said = error_of([&] { split_answer(model); }); }).join();
    CHECK(said ==
          "tenon: device 0 (Pretended) is at work for another thread: models whose programs one "
          "thread made are used by one thread at a time; legal: one after the other, or for each "
          "thread a Cuda of its own");
    CHECK(are_near(split_answer(model), split_expected()));
  }
  std::thread([&] { CHECK(are_near(split_answer(model), split_expected())); }).join();
}

TEST_CASE("nothing is measured where ranks share a device") {
  OnlyThisTest device;
  const auto products = [&](int ranks, int devices) {
    device->devices = devices;
    device->calls.clear();
    run_virtual_ranks(ranks, [&](Communication& communication) {
      Split model(communication, Cuda{{.exchange = DeviceExchange::staged}});
    });
    return device->calls["cudaEventElapsedTime"] + device->calls["cudaEventRecord"];
  };
  CHECK(products(2, 2) > 0);
  CHECK(products(2, 1) == 0);
}

TEST_CASE("ranks on one device add up what they need, before any takes some") {
  OnlyThisTest device;
  const auto error_on = [&](int ranks) {
    device->memory = device->allocated + (80u << 20);  // workspaces are 32 MiB, kernels 1.5 MiB
    return error_of([&] {
      run_virtual_ranks(ranks, [&](Communication& communication) {
        Split model(communication, Cuda{{.measure = false, .exchange = DeviceExchange::staged}});
      });
    });
  };
  CHECK(error_on(2) == "");
  const std::string said = error_on(3);
  CHECK(said.starts_with("tenon: device 0 (Pretended) has "));
  CHECK(said.find("but the 3 ranks on it need 100.5 MiB; of them rank 0 needs 33.5 MiB: ") !=
        said.npos);
  device->calls.clear();
  device->devices = 2;
  CHECK(error_on(3) == "");  // two on the first
  CHECK(error_on(5).find("but the 3 ranks on it need") != std::string::npos);
}
