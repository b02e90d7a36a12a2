// SPDX-License-Identifier: Apache-2.0
#pragma once
/// C = A B of square matrices over the ranks of a communicator, by ScaLAPACK:
///   ScalapackProduct<double> product(world, 4096, 128);  product.run();
#include <mpi.h>

#include <memory>
#include <string>

namespace bench {

/// Empty: it is there.
std::string scalapack_missing();

/// The matrices that everybody multiplies: A[i,j] and B[i,j] of small integers, so that C is exact.
inline double element_of_a(long i, long j) { return double((i * 7 + j * 3) % 13 - 6); }
inline double element_of_b(long i, long j) { return double((i * 5 + j * 11) % 7 - 3); }

/// Block-cyclic over a grid of ranks as square as it can be, in blocks of block x block.
template <class T>
class ScalapackProduct {
 public:
  ScalapackProduct(MPI_Comm host, long size, long block);
  ~ScalapackProduct();
  void run();
  /// @throws std::runtime_error where an element of C that this rank holds is wrong.
  void check() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
