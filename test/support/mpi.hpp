// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tests under mpirun, on communicators of their own:
///   MPI_TEST_CASE("an all-reduce adds the summands", 4) { CHECK(world.size() == 4); }
/// It is skipped where fewer ranks run; on all_ranks it runs on as many as there are. A failure on
/// any rank fails the test on every rank, and is printed once with the ranks that it was seen on.
/// A TEST_CASE in such a program is of one process: it runs where the program has one rank.
#include <doctest/doctest.h>

#include <boost/mpi/communicator.hpp>

namespace tenon_test {

inline constexpr int all_ranks = 0;

/// Calls `body` on the first `ranks` ranks with a communicator of them alone, new for each test
/// case.
void on_ranks(int ranks, void (*body)(const boost::mpi::communicator& world));

}  // namespace tenon_test

#define MPI_TEST_CASE(name, ranks) \
  TENON_MPI_TEST_CASE(name, ranks, DOCTEST_ANONYMOUS(tenon_mpi_test_))
#define TENON_MPI_TEST_CASE(name, ranks, body)                                         \
  static void body(const boost::mpi::communicator&);                                   \
  TEST_CASE(name* doctest::test_suite("ranks")) { tenon_test::on_ranks(ranks, body); } \
  static void body([[maybe_unused]] const boost::mpi::communicator& world)
