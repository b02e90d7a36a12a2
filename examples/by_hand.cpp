// SPDX-License-Identifier: Apache-2.0
// mpirun -n 8 build/examples/by_hand: what examples/network.hpp says in two lines of strategy,
// written out with MPI for its one layout, one batch and one number of ranks. It checks itself
// against Tenon.
#include <tenon/io/checkpoint.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/tenon.hpp>

#include <Eigen/Core>
#include <iostream>

#include "network.hpp"

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

static const char* const slices = TENON_EXAMPLE_DATA "/seed8/rank_{}/mlp{}.ckpt";

/// This rank's slice of a parameter, as MindSpore cut it for this very layout.
static Matrix slice(const tenon::Checkpoint& file, const char* name) {
  const tenon::StoredTensor& stored = file.at(name);
  Matrix m(stored.shape.size() == 2 ? stored.shape[0] : 1, stored.shape.back());
  std::memcpy(m.data(), stored.chunks[0].data(), std::size_t(stored.bytes()));
  return m;
}

static Matrix forward(MPI_Comm world, const tenon::Checkpoint& file, const Matrix& x) {
  int rank;
  MPI_Comm_rank(world, &rank);
  const int half = rank / 4,
            column = rank / 2 % 2;  // device matrix [2, 2, 2]: rows, columns, repeat
  const int partner = rank ^ 2;     // the other columns of the same rows
  MPI_Comm rows, other;
  MPI_Comm_split(world, half, rank, &rows);
  MPI_Comm_split(world, rank % 4, rank, &other);

  // layer 1: 16 rows, 256 columns
  Matrix h = x.middleRows(16 * half, 16) * slice(file, "layer1.weight");
  h.rowwise() += slice(file, "layer1.bias").row(0).segment(256 * column, 256);
  h = h.cwiseMax(0.f);

  // from 16 x 256 to 4 x 512: the partner's columns of my rows
  Matrix mine(4, 512), out = h.middleRows(4 * (partner % 4), 4), in(4, 256);
  MPI_Sendrecv(out.data(), 1024, MPI_FLOAT, partner, 0, in.data(), 1024, MPI_FLOAT, partner, 0,
               world, MPI_STATUS_IGNORE);
  mine.middleCols(256 * column, 256) = h.middleRows(4 * (rank % 4), 4);
  mine.middleCols(256 * (1 - column), 256) = in;

  // layer 2: 4 rows each, the whole weight
  Matrix g = mine * slice(file, "layer2.weight");
  g.rowwise() += slice(file, "layer2.bias").row(0);
  g = g.cwiseMax(0.f);

  // layer 3: 16 rows, 256 of the 512 that are summed, then the other half of the sum
  Matrix all(16, 512);
  MPI_Allgather(g.data(), 2048, MPI_FLOAT, all.data(), 2048, MPI_FLOAT, rows);
  Matrix part = all.middleCols(256 * column, 256) * slice(file, "layer3.weight"), whole(32, 10);
  Matrix theirs(16, 10);
  MPI_Sendrecv(part.data(), 160, MPI_FLOAT, partner, 0, theirs.data(), 160, MPI_FLOAT, partner, 0,
               world, MPI_STATUS_IGNORE);
  part += theirs;
  part.rowwise() += slice(file, "layer3.bias").row(0);
  MPI_Allgather(part.data(), 160, MPI_FLOAT, whole.data(), 160, MPI_FLOAT, other);
  MPI_Comm_free(&rows);
  MPI_Comm_free(&other);
  return whole;
}

int main(int argc, char** argv) {
  boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  return tenon::run_together(world, std::cerr, [&] {
    using namespace tenon;
    Model<Network, Input<32, 28, 28>, Devices<8>> model(world, Cpu{});
    model.load(std::string(slices), std::string(TENON_EXAMPLE_DATA "/seed8/strategy.ckpt"));
    const Matrix x = Matrix::Random(32, 784).cwiseAbs();
    Matrix whole = x;  // every rank has the same
    boost::mpi::broadcast(world, whole.data(), int(whole.size()), 0);
    const auto y = model.predict({whole.data(), std::size_t(whole.size())});
    const Checkpoint file(numbered(slices, world.rank()));
    const Matrix z = forward(world, file, whole);
    const float difference = (z - Eigen::Map<const Matrix>(y.data(), 32, 10)).cwiseAbs().maxCoeff();
    if (world.rank() == 0) std::cout << "largest difference of 320 logits: " << difference << "\n";
    if (!(difference < 1e-4f)) throw Error("by hand and by Tenon are not the same");
  });
}
