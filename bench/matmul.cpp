// SPDX-License-Identifier: Apache-2.0
// How fast ranks multiply matrices that are too large for one, beside ScaLAPACK:
//   mpirun -n 4 build/bench/matmul [--json FILE] [--seconds 2] [--only 4096]
// C = A B, 2048 and 4096 cubed, fp32 and fp64; of ScaLAPACK the best of some block sizes.
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <iostream>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/plan/planner.hpp>
#include <tenon/run/executor.hpp>

#include "peers/scalapack.hpp"
#include "support/environment.hpp"
#include "support/mpi_together.hpp"
#include "support/mpi_waiting.hpp"
#include "support/report.hpp"

using namespace tenon;

namespace {

/// Tenon's product of the matrices of peers/scalapack.hpp: A lies in rows, B and C in columns over
/// the ranks. A is gathered into memory that they share; each packs its own columns of B.
template <class T>
class TenonProduct {
 public:
  TenonProduct(const boost::mpi::communicator& world, Index size)
      : rank_(world.rank()),
        plan_(planned(size, world.size())),
        parameters_(view(plan_)),
        communication_(world),
        executor_(view(plan_), Cpu{}, communication_, parameters_),
        a_(filled(0, bench::element_of_a)),
        b_(filled(1, bench::element_of_b)) {}

  void run() {
    const void* const inputs[] = {a_.data(), b_.data()};
    c_ = static_cast<const T*>(executor_.run(inputs));
  }
  void check() const {
    const Distribution& y = plan_.buffer(plan_.output).distribution;
    const Box box = y.box(rank_);
    for (Index i = box[0].first; i < box[0].last; i += 97)
      for (Index j = box[1].first; j < box[1].last; j += 89) {
        double sum = 0;
        for (Index k = 0; k < y.shape[0]; ++k)
          sum += bench::element_of_a(i, k) * bench::element_of_b(k, j);
        if (double(c_[i * box[1].size() + j - box[1].first]) != sum)
          throw Error("Tenon's product is wrong");
      }
  }

 private:
  static Plan planned(Index size, Index ranks) {
    Graph graph;
    PlanOptions options;
    Vector<Value, 4> operands;
    for (const int cut : {0, 1}) {
      operands.push_back({&graph, graph.add({Node::Kind::input,
                                             nullptr,
                                             {},
                                             {size, size},
                                             element_of<T>,
                                             graph.names.add("operand"),
                                             {},
                                             {}})});
      graph.inputs.push_back(operands.back().node);
      options.inputs.push_back(whole({size, size}).cut(cut, {{ranks, 1}}));
    }
    MatMul product;
    product.shard({{1, 1}, {1, ranks}});
    graph.output = product(operands[0], operands[1]).node;
    options.output = PlanOptions::Output::as_computed;
    const Plan made = plan(graph, ranks, options);
    if (made.finding) throw Error(text(made.finding, "the product"));
    return made;
  }
  /// This rank's block of an input.
  std::vector<T> filled(std::size_t input, double (*element)(long, long)) const {
    const Box box = plan_.buffer(plan_.inputs[input]).distribution.box(rank_);
    std::vector<T> block;
    block.reserve(std::size_t(volume(box)));
    for (Index i = box[0].first; i < box[0].last; ++i)
      for (Index j = box[1].first; j < box[1].last; ++j) block.push_back(T(element(i, j)));
    return block;
  }

  Index rank_;
  Plan plan_;
  Parameters parameters_;
  MpiCommunication communication_;
  Executor executor_;
  std::vector<T> a_, b_;
  const T* c_ = nullptr;
};

template <class T>
std::vector<bench::Contender> ours(const boost::mpi::communicator& world, Index size) {
  const auto product = std::make_shared<TenonProduct<T>>(world, size);
  return {{"tenon", [=] { product->run(); }, nullptr, [=] { product->check(); }}};
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
  const bench::Case what{.name = std::to_string(size) + "^3",
                         .ranks = world.size(),
                         .dtype = dtype,
                         .flops = 2 * n * n * n,
                         .bar = 1.4};
  if (!report.wants(what)) return;
  std::vector<bench::Contender> all = ours<T>(world, size);
  if (!bench::scalapack_missing().empty()) {
    report.skip("scalapack", bench::scalapack_missing());
  } else {
    const Product<T> product = with_best_block<T>(world, size, ranks);
    const auto check = [=] { product->check(); };
    const bench::MpiWaiting waiting;
    all.push_back({"scalapack", [=] { waiting.as_it_chose(), product->run(); }, nullptr, check});
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
