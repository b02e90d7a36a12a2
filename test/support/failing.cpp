// SPDX-License-Identifier: Apache-2.0
// Tests that fail on purpose, one way each; failing.py looks at what the harness makes of them.
#include <boost/mpi/collectives.hpp>
#include <csignal>
#include <stdexcept>

#include "mpi.hpp"

using boost::mpi::communicator;

MPI_TEST_CASE("passes", 2) {
  CHECK(world.size() == 2);
  CHECK(boost::mpi::all_reduce(world, world.rank(), std::plus<int>()) == 1);
}
MPI_TEST_CASE("fails on one rank", 3) { CHECK(world.rank() != 1); }
MPI_TEST_CASE("fails on all ranks", tenon_test::all_ranks) { CHECK(world.size() == 0); }
MPI_TEST_CASE("needs more ranks", 100) { CHECK(false); }
MPI_TEST_CASE("throws on one rank", 2) {
  if (world.rank() == 1) throw std::runtime_error("a text to find");
}
MPI_TEST_CASE("fails in a subcase", 2) {
  SUBCASE("first") { world.barrier(); }
  SUBCASE("second") { REQUIRE(world.rank() != 0); }
}
MPI_TEST_CASE("waits for ever", 2) {
  if (world.rank() == 0) world.recv(1, 0);
}
MPI_TEST_CASE("leaves the others waiting", 2) {
  REQUIRE(world.rank() != 1);
  world.barrier();
}
MPI_TEST_CASE("crashes", 2) {
  if (world.rank() == 1) std::raise(SIGSEGV);
  world.barrier();
}
TEST_CASE("of one process") { CHECK(1 == 2); }
