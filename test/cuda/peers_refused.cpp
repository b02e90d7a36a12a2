// SPDX-License-Identifier: Apache-2.0
// Ranks of one node whose (pretended) devices cannot read each other's memory, or fail in it: then
// exchanges are staged, what was shown is given back, and an error is every rank's.
#include <atomic>

#include <tenon/comm/mpi.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/run/device_advice.hpp>

#include "../support/error_of.hpp"
#include "joined_model.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

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
