// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include <tenon/comm/mpi.hpp>
#include <tenon/comm/mpi_exchange.hpp>
#include <tenon/run/exchange_of.hpp>

#include "../layout/device_matrices.hpp"
#include "mpi.hpp"

using namespace tenon;

namespace {

/// Summand s of element e, such that sums depend on the order in which they are added.
template <class T>
T summand(Index element, Index s) {
  const std::uint64_t mixed =
      (std::uint64_t(element) * 2654435761u + std::uint64_t(s) * 40503u) % 10007;
  return std::is_integral_v<T> ? T(mixed + std::uint64_t(element) * 65536u)
                               : T(mixed) / T(1 + mixed % 13);
}

/// This rank's block, element for element from its place in the whole.
template <class T>
std::vector<T> block_of(const Distribution& x, Index rank, auto&& value) {
  std::vector<T> block;
  for_each_run(region(x.box(rank), whole_box(x.shape)), region(x.box(rank)),
               [&](Index in, Index, Index run) {
                 for (Index i = 0; i < run; ++i) block.push_back(value(in + i));
               });
  return block;
}

/// Whether the exchange leaves every rank with its block, bit for bit: sums added in the order of
/// the blocks.
template <class T>
bool arrives(const boost::mpi::communicator& world, const Distribution& from,
             const Distribution& to, Index largest) {
  const Index rank = world.rank(), summands = from.summands();
  const Index own = block(from.digits(Cut::sum), rank);
  const std::vector<T> x = block_of<T>(from, rank, [&](Index e) { return summand<T>(e, own); });
  const std::vector<T> expected = block_of<T>(to, rank, [&](Index e) {
    T sum = summand<T>(e, 0);
    for (Index s = 1; s < summands; ++s) sum += summand<T>(e, s);
    return sum;
  });
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

Dims matrix_of(int ranks) {
  return ranks == 8   ? Dims{2, 2, 2}
         : ranks == 6 ? Dims{2, 3}
         : ranks == 4 ? Dims{2, 2}
                      : Dims{ranks};
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
