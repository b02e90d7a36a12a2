// SPDX-License-Identifier: Apache-2.0
// Ranks of one node whose (pretended) devices read each other's memory: the bits that staging has,
// whoever is slow; and staging where two of them cannot, or where what is read is not right.
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <optional>
#include <random>
#include <thread>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/device_advice.hpp>
#include <tenon/run/executor.hpp>

#include "../run/random_forward.hpp"
#include "../support/cuda/pretended.hpp"
#include "../support/error_of.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace peers_test {

using namespace std::chrono_literals;

/// The pretended CUDA of this process, as after it began; and at the end nothing was done to memory
/// that others read.
struct PeerMachine {
  PeerMachine() {
    pretended::device().reset();
    pretended::device().memory = std::size_t(1) << 30;
  }
  ~PeerMachine() {
    CHECK(!pretended::device().freed_while_open);
    CHECK(!pretended::device().closed_elsewhere);
    CHECK(!pretended::device().broken_guard);
    pretended::device().reset();
  }
  pretended::Device* operator->() { return &pretended::device(); }
};

Cuda exchanging(DeviceExchange exchange) { return Cuda{{.measure = false, .exchange = exchange}}; }

/// Two layers, joined by a sum over all ranks.
struct Joined {
  Index devices;
  constexpr Value construct(Value x) const {
    Dense a("a", 24, 48), b("b", 48, 10);
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
    return b(relu(a(x)));
  }
};

/// A model of it, whose result is right: 24 * .25 + .25 = 6.25; 48 * 6.25 * .25 + .25 = 75.25, all
/// of it exact in any order.
struct JoinedModel {
  Plan p;
  Parameters parameters;
  Executor executor;
  std::vector<float> x = std::vector<float>(3 * 24, 1);
  int own_rank;

  JoinedModel(const Cuda& cuda, Communication& communication)
      : p(plan(trace(Joined{communication.size()}, {{{3, 24}}}), communication.size())),
        parameters(view(p)),
        executor(view(p), cuda, communication, parameters),
        own_rank(communication.rank()) {
    for (const auto& slice : parameters.slices())
      parameters.set(slice.name,
                     std::span<const float>(
                         std::vector<float>(std::size_t(product(slice.distribution.shape)), .25f)),
                     communication.rank());
  }
  const float* run() {
    const void* const inputs[] = {x.data()};
    return static_cast<const float*>(executor.run(inputs));
  }
  /// Other values, of which no sum is exact: the answer's bits tell in which order it was added.
  std::vector<float> rounded_answer() {
    std::mt19937 random(5);
    const auto draw = [&] { return float(random() % 2001) / 1000 - 1; };
    for (const auto& slice : parameters.slices()) {
      std::vector<float> values(std::size_t(product(slice.distribution.shape)));
      std::ranges::generate(values, draw);
      parameters.set<float>(slice.name, values, own_rank);
    }
    std::ranges::generate(x, draw);
    const float* y = run();
    return {y, y + 30};
  }
  bool is_right() {
    const float* y = run();
    return std::all_of(y, y + 30, [](float value) { return value == 75.25f; });
  }
};

Plan random_plan(RandomNetwork& network, std::uint64_t seed, Index devices) {
  PlanOptions options;
  if (seed % 4 == 1) options.output = PlanOptions::Output::rows;
  if (seed % 4 == 2) options.output = PlanOptions::Output::as_computed;
  if (network.graph.nodes[std::size_t(network.graph.output)].shape.empty()) options = {};
  if (seed % 3 == 0)
    for (const Whole& x : network.inputs)
      options.inputs.push_back(whole(x.shape).cut(0, {{devices, 1}}));
  return plan(network.graph, devices, options);
}

/// Several forwards with other inputs each, one way and the other.
void compare_ways(Communication& communication, const Cuda& staging, const Cuda& reading,
                  std::uint64_t seed, bool sleeps = true) {
  const Index devices = communication.size();
  RandomNetwork network(seed, Index(1 + seed % 8), devices);
  const Plan p = random_plan(network, seed, devices);
  REQUIRE(!p.finding);
  RandomForward staged(p, network, staging, communication);
  RandomForward read(p, network, reading, communication);
  std::mt19937 random(unsigned(seed * 64 + std::uint64_t(communication.rank())));
  for (int times = 0; times < 4; ++times) {
    std::vector<std::vector<float>> answers;
    for (RandomForward* forward : {&staged, &read}) {
      if (sleeps) std::this_thread::sleep_for(random() % 2000 * 1us);
      for (std::size_t i = 0; i < forward->blocks.size(); ++i)
        if (network.inputs[i].element == Element::float32 && times > 0)
          for (std::size_t at = 0; at < forward->blocks[i].size(); at += 4) {
            float& value = *reinterpret_cast<float*>(forward->blocks[i].data() + at);
            value = value * .7310585f + .1234567f;  // sums of such are rounded
          }
      const std::span<const float> y = forward->run();
      answers.emplace_back(y.begin(), y.end());
    }
    CAPTURE(times);
    CHECK(std::ranges::equal(answers[0], answers[1], [](float a, float b) {
      return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    }));
  }
}

}  // namespace peers_test

using namespace peers_test;

MPI_TEST_CASE("devices that read each other's memory give staging's bits", tenon_test::all_ranks) {
  PeerMachine device;
  device->untouchable = false;  // which is slow; the next test has it
  MpiCommunication communication(world);
  const Cuda staging = exchanging(DeviceExchange::staged);
  const Cuda reading = exchanging(DeviceExchange::peer);
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    device->dawdles = seed % 2 ? 300 : 0;
    compare_ways(communication, staging, reading, seed);
  }
  if (world.size() > 1) CHECK(device->calls["cudaIpcOpenMemHandle"] > 0);
}

MPI_TEST_CASE("sums over ranks are added in staging's order", tenon_test::all_ranks) {
  PeerMachine device;
  MpiCommunication communication(world);
  JoinedModel staged(exchanging(DeviceExchange::staged), communication);
  JoinedModel read(exchanging(DeviceExchange::peer), communication);
  const std::vector<float> expected = staged.rounded_answer();
  CHECK(expected == read.rounded_answer());
  CHECK(std::ranges::count(expected, 0.f) < 30);
}

MPI_TEST_CASE("so they do on several devices, over messages, and on several nodes",
              tenon_test::all_ranks) {
  PeerMachine device;
  device->devices = 3;
  device->contexts = {0, 1, 2};  // so that a thread is on its own device again after each call
  const Cuda staging = exchanging(DeviceExchange::staged);
  const Cuda reading = exchanging(DeviceExchange::peer);
  MpiCommunication messages(world, {.shared_memory = false});
  MpiCommunication nodes(world, {.node = world.rank() / 2});
  for (std::uint64_t seed = 12; seed < 15; ++seed) {
    CAPTURE(seed);
    compare_ways(messages, staging, reading, seed);
    compare_ways(nodes, staging, reading, seed);
  }
}

MPI_TEST_CASE("nothing goes through the host's memory but inputs and outputs",
              tenon_test::all_ranks) {
  PeerMachine device;
  MpiCommunication communication(world);
  const Cuda cuda = exchanging(DeviceExchange::peer);
  JoinedModel model(cuda, communication);
  device->to_host = 0;
  CHECK(model.is_right());
  // The output: as it was asked for, and as it was recorded, for each turn where there are turns.
  CHECK(device->to_host == (world.size() == 1 ? 2 : 3) * 30 * 4);
  device->calls.clear();
  for (int times = 0; times < 3; ++times) CHECK(model.is_right());
  const int pieces = 3 * int(1 + model.p.collectives());
  CHECK(device->calls["cudaGraphLaunch"] == pieces);
  CHECK(device->calls["cudaStreamSynchronize"] == pieces);
  CHECK(device->calls["cudaLaunchKernel"] == 0);
  CHECK(device->calls["cudaMalloc"] + device->calls["cudaHostAlloc"] == 0);
}

MPI_TEST_CASE("two devices that cannot read each other's memory: the exchanges are staged", 3) {
  PeerMachine device;
  device->devices = 3;
  device->no_access = {{2, 1}};
  MpiCommunication communication(world);
  const std::size_t before = device->allocated;
  {
    const Cuda cuda = exchanging(DeviceExchange::automatic);
    CHECK(device_advice(communication, cuda) ==
          sentence("3 ranks on device ", world.rank(),
                   " (Pretended) and 2 more; exchanges are "
                   "staged in the host's memory: rank 2 cannot read what rank 1 has on its device: "
                   "device 2 has no access to device 1, as cudaDeviceCanAccessPeer says (found by "
                   "rank 2)"));
    JoinedModel model(cuda, communication);
    device->to_host = 0;
    CHECK(model.is_right());
    CHECK(device->to_host > 30 * 4);
  }
  CHECK(device->allocated == before);  // what was to be shown was given back
  CHECK(error_of([&] { JoinedModel(exchanging(DeviceExchange::peer), communication); }) ==
        "tenon: the devices do not exchange by reading each other's memory: rank 2 cannot read "
        "what rank 1 has on its device: device 2 has no access to device 1, as "
        "cudaDeviceCanAccessPeer says (found by rank 2); legal: DeviceExchange::automatic, or "
        "staged");
  CHECK(device->allocated == before);
}

MPI_TEST_CASE("what a process sees of other devices may be nothing", 3) {
  PeerMachine device;
  device->hardware = world.rank();  // as CUDA_VISIBLE_DEVICES makes it
  MpiCommunication communication(world);
  CHECK(device_advice(communication, exchanging(DeviceExchange::automatic))
            .ends_with("; they read each other's memory"));
  {
    JoinedModel model(exchanging(DeviceExchange::peer), communication);
    CHECK(model.is_right());
  }
  device->no_access = {{0, 2}};
  JoinedModel model(exchanging(DeviceExchange::automatic), communication);
  CHECK(model.is_right());
  CHECK(device_advice(communication, exchanging(DeviceExchange::automatic))
            .find("rank 0 cannot read what rank 2 has on its device: CUDA: cudaIpcOpenMemHandle") !=
        std::string::npos);
}

MPI_TEST_CASE("what is read is compared with what was written, before it is relied upon", 3) {
  PeerMachine device;
  MpiCommunication communication(world);
  const Cuda cuda = exchanging(DeviceExchange::automatic);
  const auto advice = [&] { return device_advice(communication, cuda); };
  CHECK(advice() == "3 ranks on device 0 (Pretended); they read each other's memory");
  if (world.rank() == 1) device->reads_wrong = true;
  CHECK(
      advice().ends_with(": rank 1 cannot read what rank 0 has on its device: what it reads "
                         "there is not what was written (found by rank 1)"));
  CHECK(JoinedModel(cuda, communication).is_right());
  device->reads_wrong = false;
  const std::size_t before = device->allocated;
  if (world.rank() == 2) device->fail("cudaIpcGetMemHandle", cudaErrorNotSupported);
  CHECK(advice().find("rank 0 cannot read what rank 2 has on its device: CUDA: "
                      "cudaIpcGetMemHandle, in the other process") != std::string::npos);
  if (world.rank() == 2) device->fail("cudaIpcOpenMemHandle", cudaErrorInvalidResourceHandle);
  CHECK(advice().find("rank 2 cannot read what rank 0") != std::string::npos);
  if (world.rank() == 0) device->fail("cudaMalloc", cudaErrorMemoryAllocation);
  CHECK(advice().find("the device has no memory for") != std::string::npos);
  CHECK(advice() == "3 ranks on device 0 (Pretended); they read each other's memory");
  CHECK(device->allocated == before);
}

MPI_TEST_CASE("where memory suffices for staging alone, automatic is staged", 3) {
  PeerMachine device;
  MpiCommunication communication(world);
  std::size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);
  // Three ranks need 33.5 MiB each for the libraries, and 2 MiB to show what others read.
  device->memory = total - free + (103u << 20);
  { CHECK(JoinedModel(exchanging(DeviceExchange::automatic), communication).is_right()); }
  CHECK(device->calls["cudaIpcOpenMemHandle"] == 0);
  const std::string said =
      error_of([&] { JoinedModel(exchanging(DeviceExchange::peer), communication); });
  CHECK(said.find(", 2.0 MiB for what other devices read; legal: ") != std::string::npos);
  device->memory += 4u << 20;
  { CHECK(JoinedModel(exchanging(DeviceExchange::automatic), communication).is_right()); }
  CHECK(device->calls["cudaIpcOpenMemHandle"] == 2);
}

MPI_TEST_CASE("a model that is not made keeps nothing of what it showed", 3) {
  PeerMachine device;
  const boost::mpi::communicator pair = world.split(world.rank() / 2);  // new readers
  if (pair.size() < 2) return;
  MpiCommunication communication(pair);
  const std::size_t before = device->allocated;
  if (pair.rank() == 1) device->fail("cudaHostAlloc", cudaErrorMemoryAllocation, 4);
  CHECK(error_of([&] { JoinedModel(exchanging(DeviceExchange::peer), communication); })
            .find("of pinned memory") != std::string::npos);
  CHECK(device->calls["cudaIpcOpenMemHandle"] == 1);
  CHECK(device->allocated == before);
}

MPI_TEST_CASE("all ranks exchange in one way", 3) {
  PeerMachine device;
  MpiCommunication communication(world);
  CHECK(error_of([&] {
          const bool other = world.rank() == 1;
          JoinedModel(exchanging(other ? DeviceExchange::staged : DeviceExchange::peer),
                      communication);
        }) ==
        "tenon: the ranks' devices are to exchange in different ways; legal: the same "
        "DeviceExchange on every rank");
}

MPI_TEST_CASE("memory that others read is used again by the next model", 3) {
  PeerMachine device;
  MpiCommunication communication(world);
  std::size_t after_first = 0;
  for (int times = 0; times < 4; ++times) {
    { CHECK(JoinedModel(exchanging(DeviceExchange::peer), communication).is_right()); }
    if (times == 0) after_first = device->allocated;
    CHECK(device->allocated == after_first);
  }
}

MPI_TEST_CASE("what is given up is freed where it was new, and kept where others read it", 3) {
  PeerMachine device;
  MpiCommunication communication(world);
  const Cuda cuda = exchanging(DeviceExchange::automatic);
  const auto advice = [&] { return device_advice(communication, cuda); };
  // Rank 0 lets go of what it showed; the others still have it open.
  std::optional<JoinedModel> model;
  model.emplace(cuda, communication);
  if (world.rank() == 0) model.reset();
  CHECK(advice().ends_with("they read each other's memory"));
  CHECK(!device->freed_while_open);
  model.reset();
  const std::size_t kept = device->allocated;
  CHECK(advice().ends_with("they read each other's memory"));
  CHECK(device->allocated == kept);
}

MPI_TEST_CASE("a rank that fails in a forward ends it on all of them, wherever it is by then", 3) {
  for (DeviceExchange way : {DeviceExchange::peer, DeviceExchange::staged})
    for (int launch : {1, 2}) {  // before the exchange, or behind it
      PeerMachine device;
      MpiCommunication communication(world);  // whose patience has no end
      JoinedModel model(exchanging(way), communication), other(exchanging(way), communication);
      for (int times = 0; times < 2; ++times) CHECK(model.is_right());
      if (world.rank() == 1) device->fail("cudaGraphLaunch", cudaErrorLaunchFailure, launch);
      const auto first = [&] { return error_of([&] { model.run(); }); };
      std::string text = first();
      if (text.empty()) text = first();  // who needs nothing more of rank 1 ends this one
      CHECK(text.find("CUDA: ") != std::string::npos);
      CHECK(text.ends_with(" (found by rank 1)") == (world.rank() != 1));
      // Another program begins with another exchange, which the others must not take for this one.
      for (JoinedModel* next : {&other, &model})
        CHECK(error_of([&] { next->run(); })
                  .starts_with("tenon: an exchange of this communication failed before: CUDA: "));
    }
}

MPI_TEST_CASE("ranks that are threads end together too", 1) {
  PeerMachine device;
  std::atomic<int> threw = 0;
  CHECK_NOTHROW(run_virtual_ranks(3, [&](Communication& communication) {
    JoinedModel model(exchanging(DeviceExchange::peer), communication),
        other(exchanging(DeviceExchange::peer), communication);
    for (int times = 0; times < 2; ++times) model.run();
    communication.together([] {});  // all are behind their last launch
    if (communication.rank() == 0) device->fail("cudaGraphLaunch", cudaErrorLaunchFailure, 2);
    communication.together([] {});
    std::string text = error_of([&] { model.run(); });
    if (text.empty()) text = error_of([&] { model.run(); });
    for (const std::string& said : {text, error_of([&] { other.run(); })})
      threw += said.find("cudaErrorLaunchFailure") != std::string::npos;
  }));
  CHECK(threw == 6);
}

MPI_TEST_CASE("ranks that are threads read each other's memory where it is", 1) {
  PeerMachine device;
  device->devices = 2;
  device->untouchable = false;
  std::atomic<int> right = 0;
  run_virtual_ranks(4, [&](Communication& communication) {
    const Cuda staging = exchanging(DeviceExchange::staged),
               reading = exchanging(DeviceExchange::peer);
    for (std::uint64_t seed = 0; seed < 4; ++seed)
      compare_ways(communication, staging, reading, seed, false);
    JoinedModel model(reading, communication);
    for (int times = 0; times < 3; ++times) right += model.is_right();
  });
  CHECK(right == 12);
  CHECK(device->calls["cudaIpcOpenMemHandle"] == 0);
  CHECK(device->peers.size() == 2);
}
