// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MPI answers, as an Error:  check_mpi(MPI_Barrier(comm), "MPI_Barrier");
/// A host's communicator may return errors instead of ending the job.
#include <mpi.h>

#include <string_view>

#include <tenon/core/error.hpp>

namespace tenon {

/// @throws Error with MPI's words.
inline void check_mpi(int code, std::string_view call) {
  if (code == MPI_SUCCESS) return;
  char words[MPI_MAX_ERROR_STRING];
  int count = 0;
  MPI_Error_string(code, words, &count);
  throw Error(std::string(call).append(": ").append(words, std::size_t(count)));
}

}  // namespace tenon
