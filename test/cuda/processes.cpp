// SPDX-License-Identifier: Apache-2.0
// Ranks that are processes and share a device, without mpirun: what one shows is read by the others
// through CUDA's memory handles, on a GPU (test/cuda.sh) and with the pretended CUDA.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <random>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/tcp.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/device_advice.hpp>
#include <tenon/run/executor.hpp>

#include "../comm/processes.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A sum over all ranks, then their columns, which the last layer wants whole.
struct SharedLayers {
  Index devices;
  constexpr Value construct(Value x) const {
    Dense a("a", 24, 48), b("b", 48, 40), c("c", 40, 36), d("d", 36, 10);
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
    c.matmul.shard({{1, 1}, {1, devices}});
    d.matmul.shard({{1, 1}, {1, 1}});
    return d(relu(c(relu(b(relu(a(x)))))));
  }
};

/// The answers of several forwards with other inputs each.
std::vector<float> answers(DeviceExchange exchange, Communication& communication) {
  const int ranks = communication.size();
  const Plan p = plan(trace(SharedLayers{ranks}, {{{5, 24}}}), ranks);
  const Cuda cuda{{.device = 0, .measure = false, .exchange = exchange}};
  Parameters parameters(view(p));
  std::mt19937 random(7);
  const auto numbers = [&](std::size_t count) {
    std::vector<float> all(count);
    for (float& one : all) one = float(random() % 2001) / 1000 - 1;
    return all;
  };
  for (const auto& slice : parameters.slices())
    parameters.set<float>(slice.name, numbers(std::size_t(product(slice.distribution.shape))),
                          communication.rank());
  Executor executor(view(p), cuda, communication, parameters);
  std::vector<float> all;
  for (int times = 0; times < 5; ++times) {
    const std::vector<float> x = numbers(5 * 24);
    const void* const inputs[] = {x.data()};
    const auto* y = static_cast<const float*>(executor.run(inputs));
    all.insert(all.end(), y, y + 50);
  }
  return all;
}

std::string compare_in_process(int rank, int ranks, const std::string& address) {
  TcpCommunication communication({.rank = rank,
                                  .ranks = ranks,
                                  .join = address,
                                  .exchange_patience = std::chrono::seconds(60)});
  const std::vector<float> staged = answers(DeviceExchange::staged, communication);
  // Asked for, so that nothing is compared with itself; a machine may refuse it.
  const std::string advice = device_advice(communication, Cuda{{.device = 0}});
  if (!advice.ends_with("; they read each other's memory")) return "skipped: " + advice;
  const std::vector<float> read = answers(DeviceExchange::peer, communication);
  if (std::ranges::all_of(staged, [](float value) { return value == 0; })) return "nothing but 0";
  for (std::size_t i = 0; i < staged.size(); ++i)
    if (std::bit_cast<std::uint32_t>(staged[i]) != std::bit_cast<std::uint32_t>(read[i]))
      return sentence("number ", i, " differs: staged ", std::to_string(staged[i]), ", read ",
                      std::to_string(read[i]));
  return sentence("the same bits; ", advice);
}

}  // namespace

TEST_CASE("processes on a device exchange with staging's bits") {
  for (int ranks : {2, 4}) {
    const std::string address = free_address();
    std::vector<Process> all;
    for (int rank = 0; rank < ranks; ++rank)
      all.push_back(start([&] { return compare_in_process(rank, ranks, address); }));
    for (int rank = 0; rank < ranks; ++rank) {
      const std::string said = ended(all[std::size_t(rank)], std::chrono::seconds(120));
      INFO(said);
#ifdef TENON_PRETENDED_CUDA
      CHECK(said.starts_with("the same bits; "));
#else
      if (rank == 0) MESSAGE(said);
      CHECK((said.starts_with("the same bits; ") || said.starts_with("skipped: ")));
#endif
    }
  }
}
