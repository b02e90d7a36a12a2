// SPDX-License-Identifier: Apache-2.0
// mpirun -n 2 --bind-to core bench/pipeline [rounds]: batches a second of a network of eight layers
// in as many stages as there are ranks (1, 2 or 4), streamed, beside one rank that has the whole
// network while the others sleep. Of the rounds, in which they take turns, the median.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/pipeline.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

using namespace tenon;

/// Eight equal layers.
template <Index width>
struct Layers {
  Dense layers[8] = {{"layer0", width, width}, {"layer1", width, width}, {"layer2", width, width},
                     {"layer3", width, width}, {"layer4", width, width}, {"layer5", width, width},
                     {"layer6", width, width}, {"layer7", width, width}};
  constexpr explicit Layers(Index stages) {
    for (Index i = 0; i < 8; ++i) layers[i].pipeline_stage = i * stages / 8;
  }
  constexpr auto construct(auto x) const {
    for (const Dense& layer : layers) x = relu(layer(x));
    return x;
  }
};

using Clock = std::chrono::steady_clock;

static double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
static double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

template <Index width, Index rows>
static void measure(const boost::mpi::communicator& world, int rounds) {
  using Network = Layers<width>;
  const int batches = int(std::max<Index>(64, 2'000'000'000 / (8 * width * width * rows)));
  Model<Network, Input<rows, width>, AnyOf<1, 2, 4>> pipeline(world, Cpu{}), alone(Cpu{});
  std::vector<float> weight(std::size_t(width * width), 0.001f), x(std::size_t(rows * width), 1.f);
  for (const char* name : {"layer0.weight", "layer1.weight", "layer2.weight", "layer3.weight",
                           "layer4.weight", "layer5.weight", "layer6.weight", "layer7.weight"}) {
    pipeline.template set_parameter<float>(name, weight);
    alone.template set_parameter<float>(name, weight);
  }
  std::vector<double> of_one, of_stages;
  const auto stream = [&](auto& model) {
    model.predict(x);
    const auto start = Clock::now();
    for (int i = 0; i < batches; ++i) model.predict(x);
    return batches / seconds_since(start);
  };
  for (int round = 0; round < rounds; ++round) {
    pipeline.communication().together([&] {
      if (world.rank() == 0) of_one.push_back(stream(alone));
    });
    const double own = stream(pipeline);  // of the last stage: from its first result to its last
    const auto all =
        pipeline.communication().all_gather(std::vector<std::uint64_t>{std::uint64_t(own * 1000)});
    of_stages.push_back(double(all.back()) / 1000);
  }
  if (world.rank() > 0) return;
  const double one = median(of_one), staged = median(of_stages);
  std::printf(
      "%4lld rows, 8 layers of %lld: one rank %.1f batches/s, %d stages %.1f, %.2f of %d x\n",
      static_cast<long long>(rows), static_cast<long long>(width), one, world.size(), staged,
      staged / (world.size() * one), world.size());
}

int main(int argc, char** argv) {
  boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  return run_together(world, std::cerr, [&] {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 11;
    measure<512, 32>(world, rounds);
    measure<512, 256>(world, rounds);
    measure<1024, 32>(world, rounds);
    measure<1024, 256>(world, rounds);
  });
}
