// SPDX-License-Identifier: Apache-2.0
// Ranks of one node whose (pretended) devices read each other's memory: the bits that staging has,
// whoever is slow, and no byte of an exchange in the host's memory.
#include <atomic>
#include <bit>
#include <chrono>
#include <optional>
#include <thread>

#include <tenon/comm/mpi.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/run/device_advice.hpp>

#include "../support/random_forward.hpp"
#include "joined_model.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using namespace std::chrono_literals;

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

}  // namespace

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
