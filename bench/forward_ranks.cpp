// SPDX-License-Identifier: Apache-2.0
// How fast the tutorial's network is when it is cut over ranks, beside the same by hand:
//   mpirun -n 4 build/bench/forward_ranks [--json FILE] [--seconds 1] [--only "batch 32"]
// Layer 1 cut by columns, layer 2 by rows; by hand it is OpenBLAS and one MPI_Allreduce, with Open
// MPI's own way of waiting and with mpi_yield_when_idle. "tenon tutorial" has the tutorial's cuts.
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <iostream>
#include <map>
#include <memory>

#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>

#include "../examples/network.hpp"
#include "peers/by_hand.hpp"
#include "support/environment.hpp"
#include "support/mpi_together.hpp"
#include "support/mpi_waiting.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"
#include "support/set_parameters.hpp"
#include "support/tenon_cpu.hpp"

using namespace tenon;

namespace {

struct ColumnsThenRows {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};

  constexpr explicit ColumnsThenRows(Index devices) {
    layer1.matmul.shard({{1, 1}, {1, devices}});
    layer2.matmul.shard({{1, devices}, {devices, 1}});
  }
  constexpr auto construct(auto x) const {
    x = relu(layer1(flatten(x)));
    x = relu(layer2(x));
    return layer3(x);
  }
};
using Ranks = AnyOf<1, 2, 4, 8>;
using ByColumnsAndRows = Model<ColumnsThenRows, Input<32, 28, 28>, Ranks>;
using Tutorial = Model<Network, Input<32, 28, 28>, Ranks>;
using Alone = Model<Network, Input<32, 28, 28>, Devices<1>>;

/// Every rank has the whole input, and gets the whole output.
template <class M>
bench::Contender ours(const char* name, const bench::Problem& problem, std::shared_ptr<M> model) {
  bench::set_parameters(*model, problem);
  const std::span<const float> x(problem.x, std::size_t(problem.rows * 784));
  return {name, [=] { model->predict(x); }, nullptr, [=] {
            std::ranges::copy(model->predict(x), problem.y);
            bench::check(problem);
          }};
}

/// Half of what one rank takes for the whole, while the other one waits for it.
bench::Contender half_of_one(const bench::Problem& problem, const Cpu& cpu,
                             bench::Together& ranks) {
  const auto model = std::make_shared<Alone>(cpu);
  const bench::Contender alone = ours("limit half of one rank", problem, model);
  return {alone.name, nullptr, [=, &ranks](long runs) {
            double seconds = 0;
            if (ranks.rank() == 0) seconds = bench::detail::sample(alone, runs) * double(runs) / 2;
            return ranks.agree(seconds);
          }};
}

std::vector<bench::Contender> contenders(const bench::Problem& problem,
                                         const boost::mpi::communicator& world,
                                         bench::Together& ranks, bench::Report& report) {
  const Cpu cpu = bench::cpu_of(problem.dtype, problem.threads);
  std::vector<bench::Contender> all{
      ours("tenon", problem, std::make_shared<ByColumnsAndRows>(world, cpu)),
      ours("tenon tutorial", problem, std::make_shared<Tutorial>(world, cpu))};
  if (world.size() == 2) all.push_back(half_of_one(problem, cpu, ranks));
  if (problem.dtype != "fp32") return all;
  const bench::Peer peer = bench::by_hand(world);
  if (!peer.missing.empty()) {
    report.skip("by hand", peer.missing);
    return all;
  }
  const bench::MpiWaiting waiting;
  const auto run = peer.prepare(problem);
  const auto check = [=] { bench::check(problem); };
  all.push_back({"by hand", [=] { waiting.as_it_chose(), run(); }, nullptr, check});
  if (waiting.can_switch())
    all.push_back({"by hand, yielding",
                   [=] { waiting.yields(true), run(), waiting.as_it_chose(); }, nullptr, check});
  return all;
}

void run(int argc, char** argv, const boost::mpi::communicator& world) {
  bench::MpiTogether ranks(world);
  const bench::Effort effort{.seconds = 1, .batch_seconds = 1e-3};
  bench::Report report("forward", bench::options_of(argc, argv, effort), ranks);
  const double bar = std::map<int, double>{{2, 1.1}, {4, 1.2}, {8, 1.6}}[world.size()];
  for (const long rows : {1, 32, 256}) {
    const bench::ProblemData data(rows, {784, 512, 512, 10});
    for (const char* dtype : {"fp32", "bf16"}) {
      constexpr double products = 784 * 512 + 512 * 512 + 512 * 10;
      const bench::Case what{.name = "batch " + std::to_string(rows), .ranks = world.size(),
                             .dtype = dtype, .flops = 2 * products * double(rows), .mean_bar = bar};
      if (report.wants(what))
        report.measure(what, contenders(data.problem(dtype, 1), world, ranks, report));
    }
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
