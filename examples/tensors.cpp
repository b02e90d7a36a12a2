// SPDX-License-Identifier: Apache-2.0
// mpirun -n 8 build/examples/tensors: layouts in the types, and the collectives that follow from
// them.
#include <tenon/tenon.hpp>

#include <iostream>

using namespace tenon;

enum Data { dp = 2 };  // an axis is its type; the value is its size
enum Hidden { tp = 4 };
using Matrix = DeviceMatrix<dp, tp>;

int main(int argc, char** argv) {
  boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  return run_together(world, std::cerr, [&] {
    Ranks ranks(world, Cpu{});
    Tensor<float, Shape<32, 784>, Matrix, Split<dp, 1>> x(ranks);
    Tensor<float, Shape<784, 512>, Matrix, Split<1, tp>> w(ranks);
    Tensor<float, Shape<512, 10>, Matrix, Split<tp, 1>> v(ranks);
    x.fill([](const Dims& at) { return float(at[0]); });
    w.fill([](const Dims&) { return 1.f / 784; });
    v.fill([](const Dims& at) { return at[1] == 3 ? 1.f : 0.f; });

    auto h = relu(matmul(x, w));              // [32, 512] Split<dp, tp>, nothing sent
    auto y = matmul(h, v);                    // [32, 10]  Split<dp, 1>, one all-reduce over tp
    auto all = redistribute<Split<1, 1>>(y);  // [32, 10]  whole, one all-gather over dp
    static_assert(
        std::is_same_v<decltype(h), Tensor<float, Shape<32, 512>, Matrix, Split<dp, tp>>>);
    static_assert(std::is_same_v<decltype(y), Tensor<float, Shape<32, 10>, Matrix, Split<dp, 1>>>);

    if (world.rank() == 0) std::cout << "row 31, column 3: " << all.slice()[31 * 10 + 3] << "\n";
  });
}
