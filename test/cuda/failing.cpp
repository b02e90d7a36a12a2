// SPDX-License-Identifier: Apache-2.0
// A program whose second forward fails on rank 1 alone: failing.py looks at what becomes of it.
#include <boost/mpi/environment.hpp>
#include <iostream>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

#include "pretended.hpp"

using namespace tenon;

namespace {

struct CutLayers {
  Dense a{"a", 24, 48}, b{"b", 48, 10};
  constexpr explicit CutLayers(Index devices) {
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
  }
  constexpr auto construct(auto x) const { return b(relu(a(x))); }
};

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  return run_together(
      world, std::cerr,
      [&] {
        Model<CutLayers, Input<3, 24>, Devices<3>> model(world, Cuda{});
        const std::vector<float> x(72);
        model.predict(x);
        if (world.rank() == 1) pretended::device().fail("work", cudaErrorLaunchFailure, 2);
        model.predict(x);
        std::cout << "not reached\n";
      },
      std::chrono::milliseconds(500));
}
