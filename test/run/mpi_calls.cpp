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

/// Another call that moves data.
template <class... Parameters>
int other(int (*call)(Parameters...), Parameters... arguments) {
  const InsideMpi inside;
  ++calls_so_far.others;
  return call(arguments...);
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
int MPI_Send(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f) {
  return other(&PMPI_Send, a, b, c, d, e, f);
}
int MPI_Ssend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f) {
  return other(&PMPI_Ssend, a, b, c, d, e, f);
}
int MPI_Rsend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f) {
  return other(&PMPI_Rsend, a, b, c, d, e, f);
}
int MPI_Bsend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f) {
  return other(&PMPI_Bsend, a, b, c, d, e, f);
}
int MPI_Issend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Issend, a, b, c, d, e, f, g);
}
int MPI_Irsend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Irsend, a, b, c, d, e, f, g);
}
int MPI_Ibsend(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Ibsend, a, b, c, d, e, f, g);
}
int MPI_Send_init(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Send_init, a, b, c, d, e, f, g);
}
int MPI_Ssend_init(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Ssend_init, a, b, c, d, e, f, g);
}
int MPI_Rsend_init(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Rsend_init, a, b, c, d, e, f, g);
}
int MPI_Bsend_init(const void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Bsend_init, a, b, c, d, e, f, g);
}
int MPI_Recv(void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Status* g) {
  return other(&PMPI_Recv, a, b, c, d, e, f, g);
}
int MPI_Recv_init(void* a, int b, MPI_Datatype c, int d, int e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Recv_init, a, b, c, d, e, f, g);
}
int MPI_Mrecv(void* a, int b, MPI_Datatype c, MPI_Message* d, MPI_Status* e) {
  return other(&PMPI_Mrecv, a, b, c, d, e);
}
int MPI_Imrecv(void* a, int b, MPI_Datatype c, MPI_Message* d, MPI_Request* e) {
  return other(&PMPI_Imrecv, a, b, c, d, e);
}
int MPI_Start(MPI_Request* a) {
  return other(&PMPI_Start, a);
}
int MPI_Startall(int a, MPI_Request* b) {
  return other(&PMPI_Startall, a, b);
}
int MPI_Sendrecv(const void* a, int b, MPI_Datatype c, int d, int e, void* f, int g, MPI_Datatype h,
                 int i, int j, MPI_Comm k, MPI_Status* l) {
  return other(&PMPI_Sendrecv, a, b, c, d, e, f, g, h, i, j, k, l);
}
int MPI_Sendrecv_replace(void* a, int b, MPI_Datatype c, int d, int e, int f, int g, MPI_Comm h,
                         MPI_Status* i) {
  return other(&PMPI_Sendrecv_replace, a, b, c, d, e, f, g, h, i);
}
int MPI_Bcast(void* a, int b, MPI_Datatype c, int d, MPI_Comm e) {
  return other(&PMPI_Bcast, a, b, c, d, e);
}
int MPI_Ibcast(void* a, int b, MPI_Datatype c, int d, MPI_Comm e, MPI_Request* f) {
  return other(&PMPI_Ibcast, a, b, c, d, e, f);
}
int MPI_Gather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
               MPI_Comm h) {
  return other(&PMPI_Gather, a, b, c, d, e, f, g, h);
}
int MPI_Igather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
                MPI_Comm h, MPI_Request* i) {
  return other(&PMPI_Igather, a, b, c, d, e, f, g, h, i);
}
int MPI_Gatherv(const void* a, int b, MPI_Datatype c, void* d, const int* e, const int* f,
                MPI_Datatype g, int h, MPI_Comm i) {
  return other(&PMPI_Gatherv, a, b, c, d, e, f, g, h, i);
}
int MPI_Igatherv(const void* a, int b, MPI_Datatype c, void* d, const int* e, const int* f,
                 MPI_Datatype g, int h, MPI_Comm i, MPI_Request* j) {
  return other(&PMPI_Igatherv, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Scatter(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
                MPI_Comm h) {
  return other(&PMPI_Scatter, a, b, c, d, e, f, g, h);
}
int MPI_Iscatter(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
                 MPI_Comm h, MPI_Request* i) {
  return other(&PMPI_Iscatter, a, b, c, d, e, f, g, h, i);
}
int MPI_Scatterv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e, int f,
                 MPI_Datatype g, int h, MPI_Comm i) {
  return other(&PMPI_Scatterv, a, b, c, d, e, f, g, h, i);
}
int MPI_Iscatterv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e, int f,
                  MPI_Datatype g, int h, MPI_Comm i, MPI_Request* j) {
  return other(&PMPI_Iscatterv, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Allgather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f,
                  MPI_Comm g) {
  return other(&PMPI_Allgather, a, b, c, d, e, f, g);
}
int MPI_Iallgather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, MPI_Comm g,
                   MPI_Request* h) {
  return other(&PMPI_Iallgather, a, b, c, d, e, f, g, h);
}
int MPI_Allgatherv(const void* a, int b, MPI_Datatype c, void* d, const int* e, const int* f,
                   MPI_Datatype g, MPI_Comm h) {
  return other(&PMPI_Allgatherv, a, b, c, d, e, f, g, h);
}
int MPI_Iallgatherv(const void* a, int b, MPI_Datatype c, void* d, const int* e, const int* f,
                    MPI_Datatype g, MPI_Comm h, MPI_Request* i) {
  return other(&PMPI_Iallgatherv, a, b, c, d, e, f, g, h, i);
}
int MPI_Alltoall(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, MPI_Comm g) {
  return other(&PMPI_Alltoall, a, b, c, d, e, f, g);
}
int MPI_Ialltoall(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, MPI_Comm g,
                  MPI_Request* h) {
  return other(&PMPI_Ialltoall, a, b, c, d, e, f, g, h);
}
int MPI_Alltoallv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e, const int* f,
                  const int* g, MPI_Datatype h, MPI_Comm i) {
  return other(&PMPI_Alltoallv, a, b, c, d, e, f, g, h, i);
}
int MPI_Ialltoallv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e, const int* f,
                   const int* g, MPI_Datatype h, MPI_Comm i, MPI_Request* j) {
  return other(&PMPI_Ialltoallv, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Alltoallw(const void* a, const int* b, const int* c, const MPI_Datatype* d, void* e,
                  const int* f, const int* g, const MPI_Datatype* h, MPI_Comm i) {
  return other(&PMPI_Alltoallw, a, b, c, d, e, f, g, h, i);
}
int MPI_Ialltoallw(const void* a, const int* b, const int* c, const MPI_Datatype* d, void* e,
                   const int* f, const int* g, const MPI_Datatype* h, MPI_Comm i, MPI_Request* j) {
  return other(&PMPI_Ialltoallw, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Reduce(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, int f, MPI_Comm g) {
  return other(&PMPI_Reduce, a, b, c, d, e, f, g);
}
int MPI_Ireduce(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, int f, MPI_Comm g,
                MPI_Request* h) {
  return other(&PMPI_Ireduce, a, b, c, d, e, f, g, h);
}
int MPI_Allreduce(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f) {
  return other(&PMPI_Allreduce, a, b, c, d, e, f);
}
int MPI_Iallreduce(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f,
                   MPI_Request* g) {
  return other(&PMPI_Iallreduce, a, b, c, d, e, f, g);
}
int MPI_Reduce_scatter(const void* a, void* b, const int* c, MPI_Datatype d, MPI_Op e, MPI_Comm f) {
  return other(&PMPI_Reduce_scatter, a, b, c, d, e, f);
}
int MPI_Ireduce_scatter(const void* a, void* b, const int* c, MPI_Datatype d, MPI_Op e, MPI_Comm f,
                        MPI_Request* g) {
  return other(&PMPI_Ireduce_scatter, a, b, c, d, e, f, g);
}
int MPI_Reduce_scatter_block(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f) {
  return other(&PMPI_Reduce_scatter_block, a, b, c, d, e, f);
}
int MPI_Ireduce_scatter_block(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f,
                              MPI_Request* g) {
  return other(&PMPI_Ireduce_scatter_block, a, b, c, d, e, f, g);
}
int MPI_Scan(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f) {
  return other(&PMPI_Scan, a, b, c, d, e, f);
}
int MPI_Iscan(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f, MPI_Request* g) {
  return other(&PMPI_Iscan, a, b, c, d, e, f, g);
}
int MPI_Exscan(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f) {
  return other(&PMPI_Exscan, a, b, c, d, e, f);
}
int MPI_Iexscan(const void* a, void* b, int c, MPI_Datatype d, MPI_Op e, MPI_Comm f,
                MPI_Request* g) {
  return other(&PMPI_Iexscan, a, b, c, d, e, f, g);
}
int MPI_Neighbor_allgather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f,
                           MPI_Comm g) {
  return other(&PMPI_Neighbor_allgather, a, b, c, d, e, f, g);
}
int MPI_Ineighbor_allgather(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f,
                            MPI_Comm g, MPI_Request* h) {
  return other(&PMPI_Ineighbor_allgather, a, b, c, d, e, f, g, h);
}
int MPI_Neighbor_alltoall(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f,
                          MPI_Comm g) {
  return other(&PMPI_Neighbor_alltoall, a, b, c, d, e, f, g);
}
int MPI_Ineighbor_alltoall(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f,
                           MPI_Comm g, MPI_Request* h) {
  return other(&PMPI_Ineighbor_alltoall, a, b, c, d, e, f, g, h);
}
int MPI_Neighbor_alltoallv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e,
                           const int* f, const int* g, MPI_Datatype h, MPI_Comm i) {
  return other(&PMPI_Neighbor_alltoallv, a, b, c, d, e, f, g, h, i);
}
int MPI_Ineighbor_alltoallv(const void* a, const int* b, const int* c, MPI_Datatype d, void* e,
                            const int* f, const int* g, MPI_Datatype h, MPI_Comm i,
                            MPI_Request* j) {
  return other(&PMPI_Ineighbor_alltoallv, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Put(const void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g,
            MPI_Win h) {
  return other(&PMPI_Put, a, b, c, d, e, f, g, h);
}
int MPI_Get(void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g, MPI_Win h) {
  return other(&PMPI_Get, a, b, c, d, e, f, g, h);
}
int MPI_Rput(const void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g,
             MPI_Win h, MPI_Request* i) {
  return other(&PMPI_Rput, a, b, c, d, e, f, g, h, i);
}
int MPI_Rget(void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g, MPI_Win h,
             MPI_Request* i) {
  return other(&PMPI_Rget, a, b, c, d, e, f, g, h, i);
}
int MPI_Accumulate(const void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g,
                   MPI_Op h, MPI_Win i) {
  return other(&PMPI_Accumulate, a, b, c, d, e, f, g, h, i);
}
int MPI_Raccumulate(const void* a, int b, MPI_Datatype c, int d, MPI_Aint e, int f, MPI_Datatype g,
                    MPI_Op h, MPI_Win i, MPI_Request* j) {
  return other(&PMPI_Raccumulate, a, b, c, d, e, f, g, h, i, j);
}
int MPI_Get_accumulate(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
                       MPI_Aint h, int i, MPI_Datatype j, MPI_Op k, MPI_Win l) {
  return other(&PMPI_Get_accumulate, a, b, c, d, e, f, g, h, i, j, k, l);
}
int MPI_Rget_accumulate(const void* a, int b, MPI_Datatype c, void* d, int e, MPI_Datatype f, int g,
                        MPI_Aint h, int i, MPI_Datatype j, MPI_Op k, MPI_Win l, MPI_Request* m) {
  return other(&PMPI_Rget_accumulate, a, b, c, d, e, f, g, h, i, j, k, l, m);
}
int MPI_Fetch_and_op(const void* a, void* b, MPI_Datatype c, int d, MPI_Aint e, MPI_Op f,
                     MPI_Win g) {
  return other(&PMPI_Fetch_and_op, a, b, c, d, e, f, g);
}
int MPI_Compare_and_swap(const void* a, const void* b, void* c, MPI_Datatype d, int e, MPI_Aint f,
                         MPI_Win g) {
  return other(&PMPI_Compare_and_swap, a, b, c, d, e, f, g);
}
}
