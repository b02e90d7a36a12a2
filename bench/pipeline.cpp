// SPDX-License-Identifier: Apache-2.0
// Batches through a network of eight layers in as many stages as there are ranks (1, 2 or 4),
// streamed, beside one rank that has the whole network while the others wait:
//   mpirun -n 2 --bind-to core build/bench/bench/pipeline [--json FILE] [--seconds 4] [--only 1024]
// "one rank, by the stages" is what it would take were nothing lost. "limit, stages without each
// other" runs each stage's layers on its rank, all at once, and sends nothing: what the machine's
// caches and memory give two who compute; what is above it is waiting and copying.
#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

#include <boost/mpi/environment.hpp>
#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/pipeline.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

#include "support/mpi_together.hpp"
#include "support/report.hpp"

using namespace tenon;

namespace {

/// So many equal layers.
template <Index width, Index count = 8>
struct Layers {
  Dense layers[8] = {{"layer0", width, width}, {"layer1", width, width}, {"layer2", width, width},
                     {"layer3", width, width}, {"layer4", width, width}, {"layer5", width, width},
                     {"layer6", width, width}, {"layer7", width, width}};
  constexpr explicit Layers(Index stages) {
    for (Index i = 0; i < 8; ++i) layers[i].pipeline_stage = i * stages / 8;
  }
  constexpr auto construct(auto x) const {
    for (Index i = 0; i < count; ++i) x = relu(layers[i](x));
    return x;
  }
};

template <class M>
std::shared_ptr<M> filled(std::shared_ptr<M> model, Index width, int layers) {
  const std::vector<float> weight(std::size_t(width * width), 0.001f);
  for (int i = 0; i < layers; ++i)
    model->template set_parameter<float>("layer" + std::to_string(i) + ".weight", weight);
  return model;
}

/// Seconds of so many batches behind each other, on the last rank: from its first result on. What
/// the ranks before do is what it waits for.
template <class M>
bench::Contender streamed(std::shared_ptr<M> model, const std::vector<float>& x,
                          bench::Together& ranks) {
  return {"tenon", nullptr, [=, &ranks](long runs) {
            ranks.meet();
            model->predict(x);
            const double start = bench::now();
            for (long i = 0; i < runs; ++i) model->predict(x);
            const bool is_last = ranks.rank() + 1 == ranks.size();
            return ranks.slowest(is_last ? start : 1e300, is_last ? bench::now() : -1e300);
          }};
}

/// One rank alone has the network; of its time as much as a stage would take.
template <class M>
bench::Contender of_one(std::shared_ptr<M> model, const std::vector<float>& x,
                        bench::Together& ranks) {
  return {"one rank, by the stages", nullptr, [=, &ranks](long runs) {
            double seconds = 0;
            ranks.meet();
            if (ranks.rank() == 0) {
              model->predict(x);
              const double start = bench::now();
              for (long i = 0; i < runs; ++i) model->predict(x);
              seconds = (bench::now() - start) / ranks.size();
            }
            return ranks.agree(seconds);
          }};
}

/// Every rank computes as many layers as a stage has, at the same time.
template <class M>
bench::Contender without_each_other(std::shared_ptr<M> model, const std::vector<float>& x,
                                    bench::Together& ranks) {
  return {"limit, stages without each other", nullptr, [=, &ranks](long runs) {
            model->predict(x);
            ranks.meet();
            const double start = bench::now();
            for (long i = 0; i < runs; ++i) model->predict(x);
            return ranks.slowest(start, bench::now());
          }};
}

template <Index width, Index rows, Index stages>
void measure(const boost::mpi::communicator& world, bench::Together& ranks, bench::Report& report) {
  const bench::Case what{
      .name = std::to_string(rows) + " rows, 8 layers of " + std::to_string(width),
      .ranks = world.size(),
      .flops = 2.0 * 8 * width * width * rows / double(stages),
      .bar = 0.9};
  if (!report.wants(what)) return;
  const Cpu cpu;
  constexpr Index of_stage = 8 / stages;
  using Shape = Input<rows, width>;
  using Staged = Model<Layers<width>, Shape, Devices<stages>>;
  using Whole = Model<Layers<width>, Shape, Devices<1>>;
  using Part = Model<Layers<width, of_stage>, Shape, Devices<1>>;
  const std::vector<float> x(std::size_t(rows * width), 1.f);
  report.measure(what, {streamed(filled(std::make_shared<Staged>(world, cpu), width, 8), x, ranks),
                        of_one(filled(std::make_shared<Whole>(cpu), width, 8), x, ranks),
                        without_each_other(
                            filled(std::make_shared<Part>(cpu), width, int(of_stage)), x, ranks)});
}

template <Index stages>
void measure_all(const boost::mpi::communicator& world, bench::Together& ranks,
                 bench::Report& report) {
  measure<512, 32, stages>(world, ranks, report);
  measure<512, 256, stages>(world, ranks, report);
  measure<1024, 32, stages>(world, ranks, report);
  measure<1024, 256, stages>(world, ranks, report);
}

void run(int argc, char** argv, const boost::mpi::communicator& world) {
  bench::MpiTogether ranks(world);
  // A turn is long beside the filling of the pipeline, and short beside what disturbs the machine.
  const bench::Effort effort{.seconds = 4, .batch_seconds = 30e-3, .rounds = 15};
  bench::Report report("pipeline", bench::options_of(argc, argv, effort), ranks);
  switch (world.size()) {
    case 1: measure_all<1>(world, ranks, report); break;
    case 2: measure_all<2>(world, ranks, report); break;
    case 4: measure_all<4>(world, ranks, report); break;
    default: throw Error("mpirun -n 1, 2 or 4: the stages of eight layers");
  }
  report.finish();
}

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment environment(argc, argv);
  const boost::mpi::communicator world;
  return run_together(world, std::cerr, [&] { run(argc, argv, world); });
}
