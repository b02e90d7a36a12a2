// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include <tenon/comm/mpi.hpp>
#include <tenon/comm/mpi_exchange.hpp>
#include <tenon/run/exchange_of.hpp>

#include "exchanged.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Whether the exchange leaves every rank with its block, bit for bit: sums added in the order of
/// the blocks.
template <class T>
bool arrives(const boost::mpi::communicator& world, const Distribution& from,
             const Distribution& to, Index largest) {
  const Index rank = world.rank();
  const std::vector<T> x = held<T>(from, rank, 0), expected = wanted<T>(from, to, rank, 0);
  ExchangeProgram program = exchange_of(from, to, rank, world.size(), element_of<T>);
  Index moved = 0;
  for (const auto& gift : program.gifts) moved += gift.from.volume();
  for (const auto& piece : program.pieces) moved += piece.own ? 0 : piece.to.volume();
  std::vector<std::byte> scratch(std::size_t(moved) * sizeof(T));
  std::vector<T> y(expected.size(), T(77));
  Patience patience;
  MpiExchange exchange(world, std::move(program), scratch, 5, patience, largest);
  for (int times = 0; times < 2; ++times) {  // an exchange can be run again
    exchange.run(x.data(), y.data());
    if (!y.empty() && std::memcmp(y.data(), expected.data(), y.size() * sizeof(T))) return false;
  }
  return true;
}

}  // namespace

MPI_TEST_CASE("every exchange between two distributions brings every block",
              tenon_test::all_ranks) {
  const Dims matrix = matrix_of(world.size());
  const Dims shape{5, 6};
  const auto goals = distributions(matrix, shape, false);
  int count = 0;
  for (const Distribution& from : distributions(matrix, shape, true))
    for (const Distribution& to : goals) {
      if (++count % (world.size() < 4 ? 1 : world.size() == 4 ? 3 : 8)) continue;  // thousands
      CHECK(arrives<float>(world, from, to, Index(1) << 30));
      if (count % 5 == 0) CHECK(arrives<double>(world, from, to, 16));
      if (count % 5 == 1 && !from.partial()) CHECK(arrives<std::int64_t>(world, from, to, 24));
      if (count % 5 == 2 && !from.partial()) CHECK(arrives<std::uint8_t>(world, from, to, 3));
    }
}

MPI_TEST_CASE("a message beyond the largest is cut into several", tenon_test::all_ranks) {
  const Index n = world.size();
  const Distribution rows = whole({37, 61}).cut(0, {{n, 1}}),
                     columns = whole({37, 61}).cut(1, {{n, 1}});
  const Distribution sum = whole({37, 61}).cut(Cut::sum, {{n, 1}});
  for (const Index largest : {1000, 999, 4, 1, 37 * 61 * 4}) {
    if (largest < 4 && world.size() > 2) continue;  // tens of thousands of messages
    CHECK(arrives<float>(world, rows, whole({37, 61}), largest));
    CHECK(arrives<float>(world, rows, columns, largest));
    CHECK(arrives<float>(world, sum, columns, largest));
    CHECK(arrives<float>(world, sum, whole({37, 61}), largest));
  }
}

MPI_TEST_CASE("too little scratch memory is an error, not an overflow", 2) {
  const Distribution sum = whole({8}).cut(Cut::sum, {{2, 1}});
  std::vector<std::byte> scratch(31);
  Patience patience;
  CHECK_THROWS_AS(
      MpiExchange(world, exchange_of(sum, whole({8}), world.rank(), 2, Element::float32), scratch,
                  0, patience),
      Error);
}
