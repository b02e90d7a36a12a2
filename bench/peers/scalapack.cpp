// SPDX-License-Identifier: Apache-2.0
#include "scalapack.hpp"

#ifdef TENON_BENCH_SCALAPACK
#include <cblas.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

extern "C" {
int Csys2blacs_handle(MPI_Comm);
void Cfree_blacs_system_handle(int);
void Cblacs_gridinit(int*, const char*, int, int);
void Cblacs_gridinfo(int, int*, int*, int*, int*);
void Cblacs_gridexit(int);
int numroc_(const int* size, const int* block, const int* place, const int* first, const int* of);
void descinit_(int* descriptor, const int* rows, const int* columns, const int* row_block,
               const int* column_block, const int* first_row, const int* first_column,
               const int* context, const int* local_rows, int* wrong);
void psgemm_(const char*, const char*, const int* m, const int* n, const int* k, const float* alpha,
             const float* a, const int* ia, const int* ja, const int* of_a, const float* b,
             const int* ib, const int* jb, const int* of_b, const float* beta, float* c,
             const int* ic, const int* jc, const int* of_c);
void pdgemm_(const char*, const char*, const int* m, const int* n, const int* k,
             const double* alpha, const double* a, const int* ia, const int* ja, const int* of_a,
             const double* b, const int* ib, const int* jb, const int* of_b, const double* beta,
             double* c, const int* ic, const int* jc, const int* of_c);
}

namespace bench {
namespace {

void multiply(int size, const float* a, const float* b, float* c, const int* of) {
  const int one = 1;
  const float alpha = 1, beta = 0;
  psgemm_("N", "N", &size, &size, &size, &alpha, a, &one, &one, of, b, &one, &one, of, &beta, c,
          &one, &one, of);
}
void multiply(int size, const double* a, const double* b, double* c, const int* of) {
  const int one = 1;
  const double alpha = 1, beta = 0;
  pdgemm_("N", "N", &size, &size, &size, &alpha, a, &one, &one, of, b, &one, &one, of, &beta, c,
          &one, &one, of);
}

}  // namespace

std::string scalapack_missing() { return ""; }

template <class T>
struct ScalapackProduct<T>::State {
  int size, block, handle, context, rows, columns, row = 0, column = 0;
  int local_rows, local_columns, descriptor[9];
  std::vector<T> a, b, c;  // column by column

  /// The row, or the column, of the whole matrix that lies there.
  long global(long local, int place, int places) const {
    return (local / block * places + place) * block + local % block;
  }
};

template <class T>
ScalapackProduct<T>::ScalapackProduct(MPI_Comm host, long size, long block)
    : state_(new State{}) {
  State& s = *state_;
  openblas_set_num_threads(1);
  int ranks = 1, wrong = 0;
  const int first = 0;
  MPI_Comm_size(host, &ranks);
  s.size = int(size), s.block = int(block), s.rows = 1;
  for (int rows = 1; rows * rows <= ranks; ++rows)
    if (ranks % rows == 0) s.rows = rows;
  s.context = s.handle = Csys2blacs_handle(host);
  Cblacs_gridinit(&s.context, "Row", s.rows, ranks / s.rows);
  Cblacs_gridinfo(s.context, &s.rows, &s.columns, &s.row, &s.column);
  s.local_rows = numroc_(&s.size, &s.block, &s.row, &first, &s.rows);
  s.local_columns = numroc_(&s.size, &s.block, &s.column, &first, &s.columns);
  const int pitch = std::max(1, s.local_rows);
  descinit_(s.descriptor, &s.size, &s.size, &s.block, &s.block, &first, &first, &s.context, &pitch,
            &wrong);
  for (auto* matrix : {&s.a, &s.b, &s.c})
    matrix->resize(std::size_t(s.local_rows) * std::size_t(s.local_columns));
  for (long j = 0, at = 0; j < s.local_columns; ++j)
    for (long i = 0; i < s.local_rows; ++i, ++at) {
      const long row = s.global(i, s.row, s.rows), column = s.global(j, s.column, s.columns);
      s.a[std::size_t(at)] = T(element_of_a(row, column));
      s.b[std::size_t(at)] = T(element_of_b(row, column));
    }
}

template <class T>
ScalapackProduct<T>::~ScalapackProduct() {
  Cblacs_gridexit(state_->context);
  Cfree_blacs_system_handle(state_->handle);
}

template <class T>
void ScalapackProduct<T>::run() {
  State& s = *state_;
  multiply(s.size, s.a.data(), s.b.data(), s.c.data(), s.descriptor);
}

template <class T>
void ScalapackProduct<T>::check() const {
  const State& s = *state_;
  for (long at = 0; at < long(s.c.size()); at += std::max(1l, long(s.c.size()) / 97)) {
    const long row = s.global(at % s.local_rows, s.row, s.rows),
               column = s.global(at / s.local_rows, s.column, s.columns);
    double expected = 0;
    for (long k = 0; k < s.size; ++k) expected += element_of_a(row, k) * element_of_b(k, column);
    if (double(s.c[std::size_t(at)]) != expected)
      throw std::runtime_error("C[" + std::to_string(row) + ", " + std::to_string(column) +
                               "] is " + std::to_string(double(s.c[std::size_t(at)])) +
                               ", expected " + std::to_string(expected));
  }
}

}  // namespace bench
#else
namespace bench {
template <class T>
struct ScalapackProduct<T>::State {};
template <class T>
ScalapackProduct<T>::ScalapackProduct(MPI_Comm, long, long) {}
template <class T>
ScalapackProduct<T>::~ScalapackProduct() {}
template <class T>
void ScalapackProduct<T>::run() {}
template <class T>
void ScalapackProduct<T>::check() const {}
std::string scalapack_missing() { return "libscalapack-openmpi-dev is not installed"; }
}  // namespace bench
#endif

template class bench::ScalapackProduct<float>;
template class bench::ScalapackProduct<double>;
