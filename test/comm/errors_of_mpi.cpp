// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/mpi.hpp>
#include <tenon/comm/mpi_exchange.hpp>

#include "mpi.hpp"

using namespace tenon;

MPI_TEST_CASE("an exchange says what MPI says, where the host wants errors returned", 2) {
  MPI_Comm_set_errhandler(world, MPI_ERRORS_RETURN);
  ExchangeProgram program;
  const Region one{0, {4}, {1}};
  program.gifts.push_back({99, one});  // there is no such rank
  Patience patience;
  MpiExchange exchange(world, program, {}, 1, patience);
  const float x[4] = {};
  float y[4] = {};
  CHECK_THROWS_WITH_AS(exchange.run(x, y), doctest::Contains("tenon: MPI_Isend: "), Error);
  CHECK_THROWS_WITH_AS(exchange.run(x, y), doctest::Contains("failed before: MPI_Isend: "), Error);
}
