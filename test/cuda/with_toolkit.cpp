// SPDX-License-Identifier: Apache-2.0
// What needs the CUDA Toolkit's own libraries and no device: NVRTC compiles every kernel for three
// generations of them; and a program says what is missing where there is no device.
#include <doctest/doctest.h>

#include <set>
#include <thread>

#include <tenon/backend/cuda/architecture.hpp>
#include <tenon/backend/cuda/compile.hpp>
#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/backend/cuda/kernels.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::detail;

namespace {

struct OneLayer {
  Dense layer{"layer", 12, 8};
  constexpr auto construct(auto x) const { return relu(layer(x)); }
};

std::vector<float> answer_of(const auto& backend) {
  Model<OneLayer, Input<2, 12>, Devices<1>> model(backend);
  std::vector<float> weight(96), bias(8), x(24);
  for (std::vector<float>* values : {&weight, &bias, &x})
    for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] = float(i * 7 % 11) / 8 - .5f;
  model.template set_parameter<float>("layer.weight", weight);
  model.template set_parameter<float>("layer.bias", bias);
  model.predict(x);
  const auto y = model.predict(x);
  return {y.begin(), y.end()};
}

}  // namespace

TEST_CASE("NVRTC compiles every kernel for sm_80, sm_90 and sm_100") {
  std::vector<std::thread> threads;
  std::vector<std::string> codes(9), errors(9);
  for (std::size_t i = 0; i < 9; ++i)
    threads.emplace_back([&, i] {
      const char* architectures[] = {"sm_80", "sm_90", "sm_100"};
      errors[i] = test::error_of(
          [&] { codes[i] = compiled(kernel_text(KernelPart(i % 3)), architectures[i / 3]); });
    });
  for (std::thread& thread : threads) thread.join();
  const std::string text = kernel_text(), head = "extern \"C\" __global__ void ";
  int kernels = 0;
  for (std::size_t at = 0; (at = text.find(head, at)) != text.npos; ++kernels) {
    at += head.size();
    const std::string name = text.substr(at, text.find('(', at) - at);
    for (std::size_t architecture = 0; architecture < 3; ++architecture) {
      const std::size_t i = architecture * 3 + std::size_t(part_of(name));
      CHECK(errors[i] == "");
      CHECK(Index(codes[i].size()) < CudaKernels::part_bytes);
      CHECK_MESSAGE(codes[i].find(name) != std::string::npos, name);
    }
  }
  CHECK(kernels == 4 + 2 + 2 * (4 + 5 + 1 + 2 + 1 + 2 * 3));
  CHECK(test::error_of([] { compiled("__global__ void f() { wrong(); }", "sm_90"); })
            .find("\"wrong\" is undefined") != std::string::npos);
}

TEST_CASE("NVRTC has the second of its libraries from the folder of the first") {
  compiled("__global__ void f() {}", "sm_90");
  const std::string first = loaded_from("libnvrtc.so"),
                    second = loaded_from("libnvrtc-builtins.so");
  const auto folder = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
  CHECK(folder(first) == folder(second));
}

TEST_CASE("for a device that is newer than this NVRTC it makes text that a driver compiles") {
  const std::vector<int> known = known_architectures();
  REQUIRE(!known.empty());
  const int newest = *std::ranges::max_element(known);
  CHECK(architecture_for(90, known) == "sm_90");
  CHECK(architecture_for(newest, known) == sentence("sm_", newest));
  CHECK(architecture_for(newest + 50, known) == sentence("compute_", newest));
  const std::string text = compiled(kernel_text(KernelPart::words), sentence("compute_", newest));
  CHECK(text.find(sentence(".target sm_", newest)) != std::string::npos);
  CHECK(text.find(".entry to_bfloat16(") != std::string::npos);
  CHECK(test::error_of([&] { architecture_for(30, known); })
            .find("no kernels for a device of compute capability 3.0") != std::string::npos);
}

TEST_CASE("a network on the device; or what is said where there is none") {
  std::vector<float> y;
  const std::string error = test::error_of([&] { y = answer_of(Cuda{}); });
  if (!error.empty()) {
    CHECK(error.starts_with("tenon: no CUDA device: "));
    MESSAGE("not run on a device: " << error);
    return;
  }
  const std::vector<float> expected = answer_of(Reference{});
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-5));
}
