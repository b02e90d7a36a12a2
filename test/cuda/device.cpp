// SPDX-License-Identifier: Apache-2.0
// What goes wrong with a device, and what it says; against the pretended CUDA.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>

#include <tenon/backend/cuda/architecture.hpp>
#include <tenon/backend/cuda/find_device.hpp>
#include <tenon/backend/cuda/machine.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "../support/cuda/pretended.hpp"
#include "../support/error_of.hpp"
#include "on_device.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct TwoLayers {
  Dense first{"first", 12, 8}, second{"second", 8, 4};
  constexpr auto construct(auto x) const { return second(relu(first(x))); }
};
using Small = Model<TwoLayers, Input<2, 12>, Devices<1>>;

struct Doubling {
  constexpr auto construct(auto x) const { return relu(add(x, x)); }
};
struct Wide {
  Dense layer{"layer", 4096, 4096};
  constexpr auto construct(auto x) const { return layer(x); }
};

int halved = 0;
template <class T>
T half_of(T x) {
  return ++halved, x / 2;
}
struct Half : Operation<Half> {  // of the user's own: it runs on the host
  static constexpr Operator info{
      .name = "Half",
      .infer = &infer_unary,
      .equation = &unary_equation,
      .law = {&unary_law<float, &half_of<float>>, &unary_law<double, &half_of<double>>}};
  constexpr Attributes attributes() const { return {}; }
};
struct OwnFunction {
  constexpr auto construct(auto x) const { return Half()(add(x, x)); }
};

void fill_small(auto& model) {
  std::vector<float> a(96), b(8), c(32), d(4);
  for (std::vector<float>* v : {&a, &b, &c, &d})
    for (std::size_t i = 0; i < v->size(); ++i) (*v)[i] = float(i * 7 % 11) / 8 - .5f;
  model.template set_parameter<float>("first.weight", a);
  model.template set_parameter<float>("first.bias", b);
  model.template set_parameter<float>("second.weight", c);
  model.template set_parameter<float>("second.bias", d);
}
const std::vector<float> small_input = [] {
  std::vector<float> x(24);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i % 5) - 2;
  return x;
}();
std::vector<float> small_answer(auto&& backend) {
  Small model(backend);
  fill_small(model);
  const auto y = model.predict(small_input);
  return {y.begin(), y.end()};
}

struct Fresh {
  Fresh() { pretended::device().reset(); }
  ~Fresh() { pretended::device().reset(); }
  pretended::Device* operator->() { return &pretended::device(); }
};

/// How a child process that does this ends: its signal, or 0.
int signal_of(auto&& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGSEGV, SIG_DFL);
    action();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("the pretended CUDA: the host cannot touch a device's memory, nor see work that nobody "
          "waited for") {
  const Fresh fresh;
  const auto device = Cuda().device(0);
  const auto there = device->allocate(4), here = device->allocate_staging(4);
  CHECK(signal_of([&] { here.get()[0] = std::byte{1}; }) == 0);
  CHECK(signal_of([&] { there.get()[0] = std::byte{1}; }) == SIGSEGV);
  const float one = 1;
  std::memcpy(here.get(), &one, 4);
  device->upload(there.get(), here.get(), 4);
  std::memset(here.get(), 0, 4);  // too early: the copy has not read it
  device->wait();
  device->download(here.get(), there.get(), 4);
  std::memset(here.get(), 7, 4);
  CHECK(here.get()[0] == std::byte{7});  // not yet there
  device->wait();
  CHECK(here.get()[0] == std::byte{0});
  CHECK(error_of([&] { device->upload(here.get(), there.get(), 4); })
            .starts_with("tenon: CUDA: a copy to the device: "));
}

TEST_CASE("a network on a device gives the reference's numbers, and recorded work the same bits") {
  const Fresh fresh;
  const std::vector<float> expected = small_answer(Reference{});
  Small model(Cuda{});
  fill_small(model);
  pretended::device().calls.clear();
  for (int times = 0; times < 3; ++times) {
    const auto y = model.predict(small_input);
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  }
  CHECK(pretended::device().calls["cudaGraphInstantiate"] == 1);
  CHECK(pretended::device().calls["cudaGraphLaunch"] == 2);  // the first run is not recorded yet
  CHECK(!pretended::device().broken_guard);
}

TEST_CASE("parameters go to the device once, and again when they have changed") {
  Fresh fresh;
  Small model(Cuda{});
  fill_small(model);
  model.predict(small_input);
  const std::size_t first = fresh->to_device;
  model.predict(small_input);
  CHECK(fresh->to_device == first);  // copies of a graph are counted when it is recorded
  const std::vector<float> bias{1, 2, 3, 4};
  const auto before = model.predict(small_input);
  const std::vector<float> old(before.begin(), before.end());
  model.set_parameter<float>("second.bias", bias);
  const auto y = model.predict(small_input);
  CHECK(fresh->to_device == first + 16);
  for (std::size_t i = 0; i < 8; ++i)
    CHECK(y[i] - old[i] ==
          doctest::Approx(bias[i % 4] - (float(i % 4 * 7 % 11) / 8 - .5f)).epsilon(1e-5));
}

TEST_CASE("parameters that did not arrive are brought again") {
  Fresh fresh;
  Small model(Cuda{});
  fill_small(model);
  model.predict(small_input);
  for (const char* call : {"cudaStreamSynchronize", "cudaMemcpyAsync"}) {
    model.set_parameter<float>("second.bias", std::vector<float>{1, 2, 3, 4});
    model.predict(small_input);
    fill_small(model);
    fresh->fail(call, cudaErrorInvalidValue);
    CAPTURE(call);
    CHECK(error_of([&] { model.predict(small_input); }) != "");
    const auto y = model.predict(small_input);
    const std::vector<float> expected = small_answer(Reference{});
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  }
}

TEST_CASE("two devices have a copy of the parameters each") {
  Fresh fresh;
  fresh->devices = 2;
  const Plan p = plan(trace(TwoLayers(), {{{2, 12}}}), 1);
  const PlanView v = view(p);
  Parameters parameters(v);
  const auto values = [&](float value) {
    for (const auto& slice : parameters.slices()) {
      const std::vector<float> all(std::size_t(slice.bytes(0) / 4), value);
      parameters.set<float>(slice.name, all, 0);
    }
  };
  Alone alone;
  const Cuda first{{.device = 0}}, second{{.device = 1}};
  Executor here(v, first, alone, parameters), there(v, second, alone, parameters);
  const void* const input[] = {small_input.data()};
  for (float value : {.5f, .25f}) {
    values(value);
    const auto* y = static_cast<const float*>(here.run(input));
    const std::vector<float> expected(y, y + 8);
    y = static_cast<const float*>(there.run(input));
    CHECK(std::vector<float>(y, y + 8) == expected);
  }
  Index copies = 0;
  for (const auto& slice : parameters.slices()) copies += Index(slice.on_device.size());
  CHECK(copies == 8);
}

TEST_CASE("nothing is in flight when a forward or the making of a model has failed") {
  Fresh fresh;
  const Cuda cuda{{.measure = false}};
  {
    Small model(cuda);
    fill_small(model);
    for (const char* call : {"cudaGraphInstantiate", "cudaLaunchKernel", "cublasLtMatmul"}) {
      fresh->fail(call, cudaErrorLaunchFailure);
      CAPTURE(call);
      CHECK(error_of([&] { model.predict(small_input); }) != "");
      CHECK(pretended::idle());
    }
  }
  for (const char* call : {"cudaMalloc", "cudaHostAlloc", "cublasLtMatmul"})
    for (int after = 1; after < 20; ++after) {
      fresh->fail(call, cudaErrorMemoryAllocation, after);
      error_of([&] { Small model(Cuda{}); });
      CHECK(pretended::idle());
    }
  fresh->reset();
  halved = 0;
  CHECK(error_of([&] {
          Model<OwnFunction, Input<4>, Devices<1>> model(cuda);
          fresh->fail("cudaGraphInstantiate", cudaErrorLaunchFailure);
          model.predict(std::vector<float>{1, 2, 3, 4});
        }) != "");
  CHECK(pretended::idle());
  CHECK(halved == 4);  // by work that was asked for before the error
}

TEST_CASE("what a law threw on the host is told once, also where the device failed behind it") {
  Fresh fresh;
  const auto device = std::dynamic_pointer_cast<detail::CudaMachine>(Cuda{}.device(0));
  const auto throwing = [&] {
    cudaLaunchHostFunc(
        device->stream,
        [](void* machine) { static_cast<detail::CudaMachine*>(machine)->host_error().text = "no"; },
        device.get());
  };
  throwing();
  CHECK(error_of([&] { device->wait(); }) == "tenon: no");
  CHECK(error_of([&] { device->wait(); }) == "");
  throwing();
  throwing();
  fresh->fail("work", cudaErrorLaunchFailure, 2);
  const std::string failed =
      "tenon: CUDA: work on device 0 (Pretended) failed: pretended (cudaErrorLaunchFailure)";
  CHECK(error_of([&] { device->wait(); }) == failed);
  CHECK(error_of([&] { device->wait(); }) == failed);  // the fault is told again, "no" is not
}

TEST_CASE("other batches share the parameters; state = predict(state)") {
  Fresh fresh;
  Small model(Cuda{});
  fill_small(model);
  model.predict(small_input);
  const std::size_t first = fresh->to_device;
  const auto y = model.predict(std::span(small_input).first(12));
  CHECK(y.size() == 4);
  CHECK(y[0] == doctest::Approx(small_answer(Reference{})[0]).epsilon(1e-6));
  CHECK(fresh->to_device - first < 200);  // the input, and no parameter

  Model<Doubling, Input<4>, Devices<1>> step(Cuda{});
  std::vector<float> x{1, 2, -1, 0};
  std::span<const float> state = x;
  for (int i = 0; i < 4; ++i) state = step.predict_rows(0, state);
  CHECK(std::vector<float>(state.begin(), state.end()) == std::vector<float>{16, 32, 0, 0});
}

TEST_CASE("no device, an old driver, a device that does not exist") {
  Fresh fresh;
  fresh->devices = 0;
  CHECK(error_of([] { Small model(Cuda{}); }) ==
        "tenon: no CUDA device: cudaGetDeviceCount says pretended (cudaErrorNoDevice); the driver "
        "is for CUDA 13.0, this program's CUDA runtime is " +
            detail::cuda_version(CUDART_VERSION) +
            ". Are the GPUs in nvidia-smi, and in CUDA_VISIBLE_DEVICES where that is set? "
            "The CPU's backend runs without one");
  fresh->fail("cudaGetDeviceCount", cudaErrorInitializationError);
  CHECK(error_of([] { Small model(Cuda{}); })
            .find("A process that was forked from one that had used CUDA can use none") !=
        std::string::npos);
  fresh->devices = 1;
  fresh->driver = 11040;
  CHECK(error_of([] { Small model(Cuda{}); })
            .starts_with("tenon: no CUDA device: the driver is missing or older than the CUDA "
                         "runtime: the driver is for CUDA 11.4, this program's CUDA runtime is "));
  fresh->driver = 0;
  CHECK(error_of([] { Small model(Cuda{}); }).find("no driver (libcuda.so.1) was found") !=
        std::string::npos);
  fresh->driver = 13000;
  CHECK(error_of([] { Small model(Cuda{{.device = 1}}); }) ==
        "tenon: no CUDA device 1: this process sees 1 device; legal: 0");
  fresh->devices = 4;
  CHECK(error_of([] { Small model(Cuda{{.device = 4}}); }) ==
        "tenon: no CUDA device 4: this process sees 4 devices; legal: 0 to 3");
  CHECK(Cuda{{.device = 3}}.device(0)->text() == "device 3 (Pretended)");
  CHECK(Cuda{}.device(6)->text() == "device 2 (Pretended)");  // the seventh rank of a node
  CHECK(error_of([] { Cuda{{.device = -2}}; }).find("a number from 0") != std::string::npos);
  CHECK(error_of([] { Cuda{{.weights = Element::int8}}; }) ==
        "tenon: weights are kept as float32, bfloat16 or float16, not int8");
}

TEST_CASE("too little memory is told before anything is loaded, with what is needed") {
  Fresh fresh;
  using Large = Model<Wide, Input<64, 4096>, Devices<1>>;
  fresh->memory = 80u << 20;
  CHECK(error_of([] { Large model(Cuda{{.measure = false}}); }) ==
        "tenon: device 0 (Pretended) has 80.0 MiB of memory free, but rank 0 needs 99.5 MiB: 64.0 "
        "MiB for parameters, 1.0 MiB for what is in between, 1.0 MiB for inputs, 33.5 MiB for the "
        "libraries; legal: more ranks on more devices, a smaller batch, weights of 16 bits");
  CHECK(fresh->calls["cudaMalloc"] == 0);
  const CudaOptions brain{.weights = Element::bfloat16, .measure = false};
  CHECK(error_of([&] { Large model(Cuda{brain}); }) == "");
  fresh->memory = std::size_t(67.8 * 1048576);
  CHECK(error_of([&] { Large model(Cuda{brain}); }) ==
        "tenon: device 0 (Pretended) has 67.8 MiB of memory free, but rank 0 needs 68.0 MiB: 32.0 "
        "MiB for parameters, 1.0 MiB for what is in between, 1.0 MiB for inputs, 34.0 MiB for the "
        "libraries and rounded operands; legal: more ranks on more devices, a smaller batch, "
        "weights of 16 bits");
  fresh->memory = std::size_t(68.1 * 1048576);  // enough for all that is ever allocated
  CHECK(error_of([&] {
          Large model(Cuda{brain});
          model.predict(std::vector<float>(64 * 4096));
        }) == "");
  fresh->memory = 256u << 20;
  fresh->fail("cudaMalloc", cudaErrorMemoryAllocation, 2);  // somebody else was faster
  CHECK(error_of([] { Large model(Cuda{{.measure = false}}); })
            .starts_with("tenon: CUDA: the device has no memory for "));
  CHECK(error_of([] { Large model(Cuda{{.measure = false}}); }) == "");
}

TEST_CASE("an error in the middle of a forward is told, and the next forward can be right") {
  Fresh fresh;
  Small model(Cuda{});
  fill_small(model);
  const auto y = model.predict(small_input);
  const std::vector<float> expected(y.begin(), y.end());
  for (const char* call : {"cudaGraphLaunch", "cudaStreamSynchronize", "cudaGetDevice"}) {
    fresh->fail(call, cudaErrorInvalidValue);
    CHECK(error_of([&] { model.predict(small_input); }).starts_with("tenon: CUDA: "));
  }
  const auto again = model.predict(small_input);
  CHECK(std::equal(again.begin(), again.end(), expected.begin()));
  for (const char* call : {"cublasLtMatmul", "cudaMemcpyAsync", "cudaGraphInstantiate"}) {
    Small other(Cuda{{.measure = false}});
    fill_small(other);
    fresh->fail(call, cudaErrorInvalidValue);
    CHECK(error_of([&] { other.predict(small_input); }) != "");
    CHECK(error_of([&] { other.predict(small_input); }) == "");
  }
}

TEST_CASE("after a fault of the device every forward and every model says so, and all can end") {
  Fresh fresh;
  Small model(Cuda{});
  fill_small(model);
  model.predict(small_input);
  fresh->fail("work", cudaErrorLaunchFailure, 3);
  CHECK(error_of([&] { model.predict(small_input); }) ==
        "tenon: CUDA: work on device 0 (Pretended) failed: pretended (cudaErrorLaunchFailure)");
  for (int times = 0; times < 2; ++times)
    CHECK(error_of([&] { model.predict(small_input); }).ends_with("(cudaErrorLaunchFailure)"));
  CHECK(error_of([&] { Small other(Cuda{}); }).find("(cudaErrorLaunchFailure)") !=
        std::string::npos);
  CHECK(pretended::idle());
}

TEST_CASE("a model that was made has all that it needs: a forward makes nothing but its graph") {
  Fresh fresh;
  for (Element weights : {Element::float32, Element::bfloat16})
    for (bool measure : {false, true}) {
      Small model(Cuda{{.weights = weights, .measure = measure}});
      fill_small(model);
      fresh->calls.clear();
      model.predict(small_input);
      for (const char* call : {"cudaMalloc", "cudaHostAlloc", "cudaEventCreate", "cudaFree",
                               "cudaFreeHost", "nvrtcCompileProgram", "cudaLibraryLoadData",
                               "cudaLibraryGetKernel", "cublasLtMatmulAlgoGetHeuristic"}) {
        CAPTURE(call);
        CHECK(fresh->calls[call] == 0);
      }
      CHECK(fresh->calls["cudaGraphInstantiate"] == 1);
    }
}

TEST_CASE("the caller's device stays the caller's, and none is opened that nobody uses") {
  Fresh fresh;
  fresh->devices = 3;
  int now = -1;
  const auto current = [&] { return cudaGetDevice(&now), now; };
  cudaSetDevice(2);
  {
    Small model(Cuda{{.device = 1}});
    CHECK(current() == 2);
    fill_small(model);
    model.predict(small_input);
    CHECK(current() == 2);
    fresh->fail("cudaGraphLaunch", cudaErrorInvalidValue);
    CHECK(error_of([&] { model.predict(small_input); }) != "");
    CHECK(current() == 2);
    model.predict(std::span(small_input).first(12));  // another program
    CHECK(current() == 2);
  }
  CHECK(current() == 2);
  CHECK(error_of([] { Small model(Cuda{{.device = 7}}); }) != "");
  CHECK(current() == 2);
  const auto device = Cuda{{.device = 1}}.device(0);
  device->enter();  // for good
  CHECK(current() == 1);
  cudaSetDevice(0);
  fresh->contexts.clear();  // as a process that has used none
  Small model(Cuda{{.device = 1}});
  CHECK(fresh->contexts == std::set<int>{1});
  cudaSetDevice(0);
}

TEST_CASE("a device that another process has for itself is an error, also for a thread that has "
          "asked for none") {
  Fresh fresh;
  fresh->devices = 2;
  fresh->taken = {0};
  for (int index : {0, 1})
    std::thread([&] {
      const std::string said = error_of([&] { Cuda{{.device = index}}.device(0); });
      if (index == 1) CHECK(said == "");
      else CHECK(said.starts_with("tenon: CUDA: device 0 cannot be opened: another process has "));
    }).join();
  CHECK(cudaGetLastError() == cudaSuccess);
}

TEST_CASE("what ends after CUDA has ended leaves its library alone") {
  Fresh fresh;
  auto device = Cuda{}.device(0);
  fresh->has_ended = true;
  device.reset();
  CHECK(fresh->calls["cublasLtDestroy"] == 0);
  fresh->has_ended = false;
  device = Cuda{}.device(0);
  device.reset();
  CHECK(fresh->calls["cublasLtDestroy"] == 1);
}

TEST_CASE("the pretended CUDA refuses what CUDA refuses while work is recorded") {
  Fresh fresh;
  const auto device = Cuda{}.device(0);
  const auto there = device->allocate(64), here = device->allocate_staging(64);
  const auto error_in_record = [&](auto&& call) {
    cudaError_t code = cudaSuccess;
    const std::string error = error_of([&] { device->record([&] { code = call(); }); });
    CHECK(error.find("cudaStreamEndCapture") != std::string::npos);  // it is spoilt
    return code;
  };
  void* data = nullptr;
  CHECK(error_in_record([&] { return cudaMalloc(&data, 64); }) ==
        cudaErrorStreamCaptureUnsupported);
  CHECK(error_in_record([&] { return cudaHostAlloc(&data, 64, 0); }) ==
        cudaErrorStreamCaptureUnsupported);
  CHECK(error_in_record([&] { return cudaFree(nullptr); }) == cudaErrorStreamCaptureUnsupported);
  CHECK(error_in_record([&] { return cudaMemcpy(there.get(), here.get(), 64,
                                                cudaMemcpyHostToDevice); }) ==
        cudaErrorStreamCaptureImplicit);
  CHECK(error_of([&] { device->record([&] { device->wait(); }); })
            .find("cudaErrorStreamCapture") != std::string::npos);
  CHECK(cudaGetLastError() == cudaSuccess);  // nothing is left for who asks next
  CHECK(error_of([&] { device->record([&] { device->upload(there.get(), here.get(), 64); }); }) ==
        "");
  device->wait();
}

TEST_CASE("the pretended CUDA: memory of one device is not another's") {
  Fresh fresh;
  fresh->devices = 2;
  const auto first = Cuda{{.device = 0}}.device(0), second = Cuda{{.device = 1}}.device(0);
  first->enter();
  const auto there = first->allocate(64), here = first->allocate_staging(64);
  second->enter();
  CHECK(error_of([&] { second->upload(there.get(), here.get(), 64); }) != "");
  first->enter();
  CHECK(error_of([&] { first->upload(there.get(), here.get(), 64); }) == "");
  first->wait();
  CHECK(fresh->fault == cudaSuccess);
}

TEST_CASE("a device that is newer than NVRTC runs what its driver compiles") {
  Fresh fresh;
  fresh->capability = 120;
  CHECK(small_answer(Cuda{}) == [&] {
    fresh->capability = 90;
    return small_answer(Cuda{});
  }());
  fresh->capability = 75;
  CHECK(error_of([] { small_answer(Cuda{}); }) ==
        "tenon: no kernels for a device of compute capability 7.5: this CUDA Toolkit's NVRTC "
        "compiles for 8.0, 9.0, 10.0; legal: a newer device, or an older toolkit");
  constexpr int known[] = {80, 86, 90, 100};
  for (const auto& [device, expected] : {std::pair(80, "sm_80"), {90, "sm_90"}, {100, "sm_100"},
                                         {89, "compute_86"}, {103, "compute_100"},
                                         {120, "compute_100"}})
    CHECK(detail::architecture_for(device, known) == expected);
}
