// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/failure.hpp>

#include <sstream>

#include "mpi.hpp"

using namespace tenon;

MPI_TEST_CASE("an error that all ranks have is printed once, and each ends with 1",
              tenon_test::all_ranks) {
  std::ostringstream messages;
  const int status = run_together(world, messages, [] { throw Error("no such file"); });
  CHECK(status == 1);
  CHECK(messages.str() == (world.rank() == 0 ? "tenon: no such file\n" : ""));
}

MPI_TEST_CASE("without an error the status is the body's", tenon_test::all_ranks) {
  std::ostringstream messages;
  CHECK(run_together(world, messages, [] {}) == 0);
  CHECK(run_together(world, messages, [] { return 3; }) == 3);
  CHECK(messages.str().empty());
}
