// SPDX-License-Identifier: Apache-2.0
// All-reduce, all-gather and reduce-scatter as an executor has them, beside MPI's:
//   mpirun -n 4 build/bench/collectives [--json FILE] [--seconds 0.3] [--only "64 KiB"]
// Each run makes its input in the contender's buffer and reads all of the result on every rank. A
// size is that of what is summed or gathered.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <boost/mpi/environment.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/plan/moving.hpp>
#include <tenon/run/exchange_of.hpp>

#include "support/environment.hpp"
#include "support/mpi_together.hpp"
#include "support/mpi_waiting.hpp"
#include "support/report.hpp"

using namespace tenon;

namespace {

/// What a rank makes in a run: small whole numbers, so that every order of addition is right.
[[gnu::target_clones("avx512f", "avx2", "default")]] void make(float* x, Index count, int rank,
                                                               int run) {
  std::fill_n(x, count, float((rank + run) % 7));
}

/// The sum of all that it reads.
[[gnu::target_clones("avx512f", "avx2", "default")]] float read(const float* y, Index count) {
  float sums[32] = {};
  Index i = 0;
  for (; i + 32 <= count; i += 32)
    for (Index j = 0; j < 32; ++j) sums[j] += y[i + j];
  for (; i < count; ++i) sums[0] += y[i];
  return *std::max_element(sums, sums + 32);
}

struct Collective {
  const char* name;
  Distribution from, to;
  int (*mpi)(const float* x, float* y, int input, int output, MPI_Comm comm);
};

std::vector<Collective> collectives(Index elements, Index ranks) {
  const Distribution all = whole({elements}), slices = all.cut(0, {{ranks, 1}}),
                     partial = all.cut(Cut::sum, {{ranks, 1}});
  return {{"all-reduce", partial, all,
           [](const float* x, float* y, int input, int, MPI_Comm comm) {
             return MPI_Allreduce(x, y, input, MPI_FLOAT, MPI_SUM, comm);
           }},
          {"all-gather", slices, all,
           [](const float* x, float* y, int input, int, MPI_Comm comm) {
             return MPI_Allgather(x, input, MPI_FLOAT, y, input, MPI_FLOAT, comm);
           }},
          {"reduce-scatter", partial, slices,
           [](const float* x, float* y, int, int output, MPI_Comm comm) {
             return MPI_Reduce_scatter_block(x, y, output, MPI_FLOAT, MPI_SUM, comm);
           }}};
}

/// The exchanges of the way that a plan would take, one after the other.
class Route {
 public:
  Route(Communication& communication, Distribution from, const Distribution& to) {
    const Index ranks = communication.size();
    input_.resize(std::size_t(volume(from.box(communication.rank()))));
    for (const Distribution& stop : shortest_route(from, to, sizeof(float), ranks)) {
      Stop& next = stops_.emplace_back();
      next.scratch.resize(std::size_t(detail::scratch_of(from, stop, sizeof(float), ranks)));
      next.result.resize(std::size_t(volume(stop.box(communication.rank()))));
      next.exchange = communication.prepare(
          [&](int rank) { return exchange_of(from, stop, rank, ranks, Element::float32); },
          next.scratch, int(stops_.size()));
      from = stop;
    }
  }
  float* input() { return at(stops_[0], input_); }
  const float* run(const float* x) {
    for (std::size_t i = 0; i < stops_.size(); ++i) {
      float* y = stops_[i].result.data();
      if (i + 1 < stops_.size()) y = at(stops_[i + 1], stops_[i].result);
      x = reinterpret_cast<const float*>(stops_[i].exchange->run(x, y));
    }
    return x;
  }

 private:
  struct Stop {
    std::vector<std::byte> scratch;
    std::vector<float> result;
    std::unique_ptr<Exchange> exchange;
  };
  static float* at(Stop& stop, std::vector<float>& own) {
    std::byte* source = stop.exchange->source();
    return source ? reinterpret_cast<float*>(source) : own.data();
  }
  std::vector<float> input_;
  std::vector<Stop> stops_;
};

std::string size_text(Index bytes) {
  return bytes < 1 << 20 ? std::to_string(bytes >> 10) + " KiB"
                         : std::to_string(bytes >> 20) + " MiB";
}

void measure(bench::Report& report, const boost::mpi::communicator& world, Index bytes) {
  MpiCommunication communication(world), messages(world, {.shared_memory = false});
  const int rank = world.rank(), ranks = world.size();
  const bench::MpiWaiting waiting;
  const Index elements = (bytes / 4 + ranks - 1) / ranks * ranks;
  for (const Collective& what : collectives(elements, ranks)) {
    bench::Case all{.name = std::string(what.name) + " " + size_text(bytes),
                    .ranks = ranks,
                    .bytes = double(bytes),
                    .bar = 2.0};
    if (ranks == 8 && what.from.partial() && !what.to.cuts.size()) all.bar = 3.5;
    if (!report.wants(all)) continue;
    const Index input = volume(what.from.box(rank)), output = volume(what.to.box(rank));
    Route route(communication, what.from, what.to), plain(messages, what.from, what.to);
    std::vector<float> x(static_cast<std::size_t>(input)), y(static_cast<std::size_t>(output));
    volatile float kept = 0;
    const float* result = nullptr;
    int run = 0;
    const auto through = [&](Route& way) {
      float* const from = way.input();
      make(from, input, rank, ++run);
      result = way.run(from);
      kept = read(result, output);
    };
    const auto mpi = [&] {
      make(x.data(), input, rank, ++run);
      check_mpi(what.mpi(x.data(), y.data(), int(input), int(output), world), what.name);
      kept = read(result = y.data(), output);
    };
    const auto check = [&] {
      const bool sums = what.from.partial();
      const Index first = what.to.box(rank)[0].first;
      float sum = 0;
      for (int other = 0; other < ranks; ++other) sum += float((other + run) % 7);
      for (Index i = 0; i < output; ++i) {
        const Index holder = (first + i) / (elements / ranks);
        if (result[i] != (sums ? sum : float((holder + run) % 7)))
          throw Error(std::string(what.name).append(" is wrong"));
      }
    };
    std::vector<bench::Contender> contenders = {
        {"tenon", [&] { through(route); }, nullptr, check},
        {"tenon by messages", [&] { through(plain); }, nullptr, check},
        {"limit made and read",
         [&] {
           make(x.data(), input, rank, ++run);
           kept = read(y.data(), output);
         }},
        {"Open MPI", mpi, nullptr, check}};
    if (waiting.can_switch())
      contenders.push_back({"Open MPI, yielding",
                            [&] {
                              waiting.yields(true);
                              mpi();
                              waiting.as_it_chose();
                            },
                            nullptr, check});
    report.measure(all, contenders);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  bench::MpiTogether ranks(world);
  const bench::Options options =
      bench::options_of(argc, argv, {.seconds = 0.3, .batch_seconds = 1e-3});
  bench::Report report("collectives", options, ranks);
  for (Index bytes : {2 << 10, 64 << 10, 1 << 20, 16 << 20}) measure(report, world, bytes);
  return report.finish();
}
