// SPDX-License-Identifier: Apache-2.0
// MPI's profiling interface: a function of this name is called instead of MPI's, which goes on
// under another name.
#include "mpi_calls.hpp"

#include <mpi.h>

namespace tenon::test {

namespace {

MpiCalls calls_so_far;
thread_local volatile int depth_in_mpi = 0;

struct InsideMpi {
  InsideMpi() { depth_in_mpi = depth_in_mpi + 1; }
  ~InsideMpi() { depth_in_mpi = depth_in_mpi - 1; }
};

Index bytes_of(int count, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  return Index(count) * size;
}

}  // namespace

const MpiCalls& mpi_calls() { return calls_so_far; }
bool inside_mpi() { return depth_in_mpi > 0; }

}  // namespace tenon::test

using namespace tenon::test;

extern "C" {
int MPI_Isend(const void* x, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request* request) {
  const InsideMpi inside;
  ++calls_so_far.sends, calls_so_far.sent_bytes += bytes_of(count, type);
  return PMPI_Isend(x, count, type, to, tag, comm, request);
}
int MPI_Irecv(void* y, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
              MPI_Request* request) {
  const InsideMpi inside;
  ++calls_so_far.receives, calls_so_far.received_bytes += bytes_of(count, type);
  return PMPI_Irecv(y, count, type, from, tag, comm, request);
}
int MPI_Waitall(int count, MPI_Request requests[], MPI_Status* statuses) {
  const InsideMpi inside;
  return PMPI_Waitall(count, requests, statuses);
}
}
