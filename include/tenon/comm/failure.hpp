// SPDX-License-Identifier: Apache-2.0
#pragma once
/// For `main` of a program under mpirun: one message for all ranks, a non-zero exit on each, no
/// hang.
///   return run_together(world, std::cerr, [&] { ... });
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/collectives.hpp>
#include <chrono>
#include <ostream>
#include <thread>

#include <tenon/core/error.hpp>

namespace tenon {

/// Runs `body` on every rank and writes its error to `messages`; its value is the exit status (0 of
/// a body without one). An Error that all ranks have is printed once, by rank 0, and each ends with
/// status 1. What only some have is printed by these after `patience`, and ends the job: the others
/// may wait for them forever.
inline int run_together(const boost::mpi::communicator& world, std::ostream& messages, auto&& body,
                        std::chrono::milliseconds patience = std::chrono::seconds(5)) {
  std::string text;
  try {
    if constexpr (std::is_void_v<decltype(body())>) return body(), 0;
    else return body();
  } catch (const std::exception& error) {
    text = error.what();
  } catch (...) {
    text = "tenon: an error that is no std::exception";
  }
  MPI_Request all_have_it = MPI_REQUEST_NULL;
  int done = 0;
  if (world.rank() == 0) messages << text << std::endl;
  MPI_Ibarrier(world, &all_have_it);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done && std::chrono::steady_clock::now() < end) {
    MPI_Test(&all_have_it, &done, MPI_STATUS_IGNORE);
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (done) return 1;
  if (world.rank() != 0) messages << text << " (on rank " << world.rank() << ")" << std::endl;
  MPI_Abort(world, 1);
  return 1;
}

}  // namespace tenon
