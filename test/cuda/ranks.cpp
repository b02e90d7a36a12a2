// SPDX-License-Identifier: Apache-2.0
// Networks on several ranks, each with a (pretended) device: what goes through the host's memory
// between them, and errors that only one of them has.
#include <bit>

#include <tenon/comm/mpi.hpp>
#include <tenon/run/device_advice.hpp>
#include <tenon/run/device_view.hpp>

#include "../support/error_of.hpp"
#include "../support/random_forward.hpp"
#include "joined_model.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct CleanRank {
  CleanRank() {
    pretended::device().reset();
    pretended::device().memory = std::size_t(1) << 30;  // for eight ranks and their libraries
  }
  ~CleanRank() { pretended::device().reset(); }
  pretended::Device* operator->() { return &pretended::device(); }
};

std::uint64_t bits_of(std::span<const float> values) {
  Hash hash;
  for (float value : values) hash.add(std::bit_cast<std::uint32_t>(value));
  return hash.value;
}

}  // namespace

MPI_TEST_CASE("random networks on devices give one rank's numbers, the same bits on every rank",
              tenon_test::all_ranks) {
  CleanRank device;
  MpiCommunication communication(world);
  const Index devices = world.size();
  const Cuda cuda;
  // Each rank finds another algorithm the fastest; what all compute must be the same all the same.
  device->milliseconds[world.rank() % 2] = .5f;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    RandomNetwork network(seed, Index(1 + seed % 8), devices);
    const Plan p = random_plan(network, seed, devices);
    REQUIRE(!p.finding);
    const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
    const Distribution& y = p.buffer(p.output).distribution;
    RandomForward forward(p, network, cuda, communication);
    const std::span<const float> run = forward.run();
    const std::vector<float> first(run.begin(), run.end());
    CHECK(distance(first, expected, y.box(world.rank())) < 1e-4);
    if (y == whole(y.shape)) CHECK(communication.agree(bits_of(first)));
    for (int again = 0; again < 2; ++again)
      CHECK(bits_of(forward.run()) == bits_of(first));  // recorded
  }
  CHECK(!device->broken_guard);
}

MPI_TEST_CASE("everything between two exchanges is one graph", tenon_test::all_ranks) {
  CleanRank device;
  MpiCommunication communication(world);
  JoinedModel model(Cuda{}, communication);
  model.run();
  device->calls.clear();
  CHECK(model.is_right());
  CHECK(device->calls["cudaGraphLaunch"] == 1 + model.p.collectives());
  CHECK(device->calls["cudaStreamSynchronize"] == 1 + model.p.collectives());
  CHECK(device->calls["cublasLtMatmul"] == 0);
  CHECK(device->calls["cudaMalloc"] + device->calls["cudaHostAlloc"] == 0);
}

MPI_TEST_CASE("what the ranks gather last goes to no device", tenon_test::all_ranks) {
  struct Columns {
    Index devices;
    constexpr Value construct(Value x) const {
      Dense a("a", 24, 48);
      a.matmul.shard({{1, 1}, {1, devices}});
      return relu(a(x));
    }
  };
  CleanRank device;
  const Plan p = plan(trace(Columns{world.size()}, {{{3, 24}}}), world.size());
  REQUIRE(p.collectives() == (world.size() > 1));
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  for (const auto& slice : parameters.slices())
    parameters.set(slice.name, std::span<const float>(std::vector<float>(
                                   std::size_t(product(slice.distribution.shape)), .5f)),
                   world.rank());
  Executor executor(view(p), Cuda{}, communication, parameters);
  std::vector<float> x(3 * 24, 1);
  for (int times = 0; times < 3; ++times) {
    const void* const inputs[] = {x.data()};
    device->calls.clear();
    const auto* y = static_cast<const float*>(executor.run(inputs));
    for (int i = 0; i < 3 * 48; ++i) CHECK(y[i] == 12 * x[0] + .5f);
    CHECK(device->calls["cudaGraphLaunch"] == (times > 0));
    CHECK(device->calls["cudaStreamSynchronize"] == (times > 0 ? 1 : 2));  // for parameters, too
    for (float& value : x) value += 1;
  }
}

MPI_TEST_CASE("a device that one rank lacks is every rank's error", 3) {
  CleanRank device;
  const Plan p = plan(trace(Joined{world.size()}, {{{3, 24}}}), world.size());
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  const auto error = [&](const Cuda& cuda) {
    return error_of([&] { Executor(view(p), cuda, communication, parameters); });
  };
  if (world.rank() == 1) device->devices = 0;
  const std::string none = error(Cuda{});
  CHECK(none.starts_with("tenon: no CUDA device: cudaGetDeviceCount says"));
  CHECK(none.ends_with(" (found by rank 1)"));
  device->devices = 1;
  if (world.rank() == 2) device->memory = 1000;
  const std::string little = error(Cuda{});
  CHECK(little.starts_with("tenon: device 0 (Pretended) has 0 bytes of memory free, but the 3 "
                           "ranks on it need "));
  device->memory = 256u << 20;
  CHECK(error(Cuda{{.device = 1}}) ==
        "tenon: no CUDA device 1: this process sees 1 device; legal: 0");
  if (world.rank() == 0) device->fail("cudaLibraryLoadData", cudaErrorLaunchFailure);
  CHECK(error(Cuda{{.exchange = DeviceExchange::staged}})
            .ends_with("(cudaErrorLaunchFailure) (found by rank 0)"));
  if (world.rank() == 1) device->refuse_algorithm = 0;
  CHECK(error(Cuda{}) == "");  // it takes the other one
}

MPI_TEST_CASE("ranks of a node take its devices in turn", tenon_test::all_ranks) {
  CleanRank device;
  device->devices = 2;
  const Plan p = plan(trace(Joined{world.size()}, {{{3, 24}}}), world.size());
  MpiCommunication communication(world);
  Parameters parameters(view(p));
  const Cuda cuda;
  const Executor executor(view(p), cuda, communication, parameters);
  CHECK(cuda.device(0)->text() == sentence("device ", world.rank() % 2, " (Pretended)"));
  const std::string advice = device_advice(communication, cuda);
  if (world.rank() == 0)
    CHECK(advice == (world.size() == 1 ? "1 rank on device 0 (Pretended)"
                                       : sentence(world.size(), " ranks on device 0 (Pretended) "
                                                  "and 1 more; they read each other's memory")));
}

MPI_TEST_CASE("a plan on devices, said without one", 1) {
  CleanRank device;
  device->devices = 0;
  const Plan p = plan(trace(Joined{4}, {{{3, 24}}}), 4);
  const PlanView v = view(p);
  CHECK(device_view(v, 0, Cuda{}) ==
        "memory: 1.7 KiB for parameters, 1.1 KiB in between, 288 bytes for inputs; 648 bytes "
        "staged\n"
        "a.matmul: cuBLASLt, bias, ReLU (a kernel where cuBLASLt's makes 0 of NaN)\n"
        "b.matmul: cuBLASLt\n"
        "all-reduce + bias: read from the devices of the node; else staged, 120 bytes to the host "
        "and 120 to the device\n");
  CHECK(device_needs(v, 0, Cuda{}).parameters == (24 * 12 + 12 + 12 * 10 + 10) * 4);
  CHECK(device_needs(v, 0, Cuda{{.weights = Element::float16}}).parameters ==
        (24 * 12 + 12 * 10) * 2 + (12 + 10) * 4);
}
