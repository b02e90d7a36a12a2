// SPDX-License-Identifier: Apache-2.0
// How fast ranks multiply matrices that are too large for one, beside ScaLAPACK:
//   mpirun -n 4 build/bench/matmul [--json FILE] [--seconds 2] [--only 4096]
// C = A B, 2048 and 4096 cubed, fp32 and fp64; of ScaLAPACK the best of some block sizes.
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <iostream>

#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>

#include "peers/scalapack.hpp"
#include "support/environment.hpp"
#include "support/mpi_together.hpp"
#include "support/mpi_waiting.hpp"
#include "support/report.hpp"

using namespace tenon;

namespace {

/// Tenon's product of the matrices of peers/scalapack.hpp: none yet.
template <class T>
std::vector<bench::Contender> ours(const boost::mpi::communicator&, Index) {
  return {};
}

template <class T>
using Product = std::shared_ptr<bench::ScalapackProduct<T>>;

/// By one run of each block size after the first.
template <class T>
Product<T> with_best_block(const boost::mpi::communicator& world, Index size,
                           bench::Together& ranks) {
  Product<T> best;
  double least = 0;
  for (const Index block : {64, 128, 256}) {
    const auto product = std::make_shared<bench::ScalapackProduct<T>>(world, size, block);
    if (size <= 2048) product->run();
    ranks.meet();
    const double start = bench::now();
    product->run();
    const double seconds = ranks.slowest(start, bench::now());
    if (!best || seconds < least) best = product, least = seconds;
  }
  return best;
}

template <class T>
void measure(const std::string& dtype, Index size, const boost::mpi::communicator& world,
             bench::Together& ranks, bench::Report& report) {
  const double n = double(size);
  const bench::Case what{.name = std::to_string(size) + "^3", .ranks = world.size(), .dtype = dtype,
                         .flops = 2 * n * n * n, .bar = 1.4};
  if (!report.wants(what)) return;
  std::vector<bench::Contender> all = ours<T>(world, size);
  if (!bench::scalapack_missing().empty()) {
    report.skip("scalapack", bench::scalapack_missing());
  } else {
    const Product<T> product = with_best_block<T>(world, size, ranks);
    const auto check = [=] { product->check(); };
    const bench::MpiWaiting waiting;
    all.push_back(
        {"scalapack", [=] { waiting.as_it_chose(), product->run(); }, nullptr, check});
    if (waiting.can_switch() && world.size() > 2)  // more ranks than cores, perhaps
      all.push_back({"scalapack, yielding",
                     [=] { waiting.yields(true), product->run(), waiting.as_it_chose(); }, nullptr,
                     check});
  }
  if (!all.empty()) report.measure(what, all);
}

void run(int argc, char** argv, const boost::mpi::communicator& world) {
  bench::MpiTogether ranks(world);
  const bench::Effort effort{.seconds = 2, .rounds = 3};
  bench::Report report("matmul", bench::options_of(argc, argv, effort), ranks);
  for (const Index size : {2048, 4096}) {
    measure<float>("fp32", size, world, ranks, report);
    measure<double>("fp64", size, world, ranks, report);
  }
  report.finish();
}

}  // namespace

int main(int argc, char** argv) {
  bench::use_best_settings(argv);
  const boost::mpi::environment environment(argc, argv);
  const boost::mpi::communicator world;
  return run_together(world, std::cerr, [&] { run(argc, argv, world); });
}
