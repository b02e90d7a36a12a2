// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/node_exchange.hpp>

#include <string>
#include <vector>

#include <tenon/comm/mpi.hpp>
#include <tenon/network/operators/relu.hpp>

#include "exchanged.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// What is wrong with an exchange that is run again and again with other data, or nothing.
template <class T>
const char* mistake(Communication& communication, const Distribution& from, const Distribution& to,
                    bool small, int runs = 4) {
  Prepared<T> prepared(communication, from, to);
  if (communication.node().size() > 1 && !dynamic_cast<NodeExchange*>(prepared.exchange.get()))
    return "it does not go through memory";
  const Index rank = communication.rank();
  for (int run = 0; run < runs; ++run) {
    const T* y = prepared.run(held<T>(from, rank, run, small), (run + rank) % 3 != 0);
    if (!same_bits(y, wanted<T>(from, to, rank, run, small))) return "a block is wrong";
  }
  return nullptr;
}

/// Every `step`-th pair of distributions of this shape.
void try_pairs(const boost::mpi::communicator& world, const MpiSettings& settings,
               const Dims& shape, int step, bool small) {
  MpiCommunication communication(world, settings);
  const Dims matrix = matrix_of(world.size());
  const auto goals = distributions(matrix, shape, false);
  int count = 0;
  for (const Distribution& from : distributions(matrix, shape, true))
    for (const Distribution& to : goals) {
      if (++count % step) continue;
      const char* found = mistake<float>(communication, from, to, small);
      REQUIRE_MESSAGE(!found, count);
      if (count % 5 == 0) found = mistake<double>(communication, from, to, small);
      if (count % 5 == 1 && !from.partial())
        found = mistake<std::int64_t>(communication, from, to, small);
      if (count % 5 == 2 && !from.partial())
        found = mistake<std::uint8_t>(communication, from, to, small);
      if (count % 5 == 3 && !from.partial())
        found = mistake<std::int32_t>(communication, from, to, small);
      REQUIRE_MESSAGE(!found, count);
    }
}

int step_of(int ranks) { return ranks < 4 ? 1 : ranks == 4 ? 3 : 7; }  // thousands of pairs

}  // namespace

MPI_TEST_CASE("through memory every exchange brings every block, sums in the order of the blocks",
              tenon_test::all_ranks) {
  try_pairs(world, {}, {5, 6}, step_of(world.size()), false);
  try_pairs(world, {}, {64, 96}, 3 * step_of(world.size()), false);  // shared, and in turns
}

MPI_TEST_CASE("between nodes too, however the ranks are placed", tenon_test::all_ranks) {
  const int n = world.size(), rank = world.rank();
  const int step = 4 * step_of(n);
  for (const int node : {rank < n / 2 ? 0 : 1, rank % 2, rank, rank < 1 ? 0 : 1, rank % 3}) {
    try_pairs(world, {.node = node}, {5, 6}, step, true);
    try_pairs(world, {.node = node}, {160, 96}, 3 * step, true);
  }
}
