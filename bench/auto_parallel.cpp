// SPDX-License-Identifier: Apache-2.0
// Whether the search's order of strategies is that of the clock, on this machine:
//   mpirun -n 8 build/bench/auto_parallel --calibrate mine.json
//   mpirun -n 8 build/bench/auto_parallel --machine mine.json [--batch 32] [--count 10]
// --calibrate measures what a machine file says (search/machine.hpp) on these ranks, and writes it.
// Without it: the strategies of the tutorial's network that are predicted to be the best, each as
// predicted and as measured, and Kendall's tau of the two orders. Of strategies that are predicted
// to take the same time within 5 % (--apart) the first is taken: no clock tells them apart. --mlp
// takes layers of 2048 instead. On several hosts --calibrate measures what is between them, too.
#include <CLI/CLI.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <cstdio>
#include <iostream>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/atomic_write.hpp>
#include <tenon/io/machine_file.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/run/exchange_of.hpp>
#include <tenon/run/executor.hpp>
#include <tenon/search/alternatives.hpp>

#include "support/mpi_together.hpp"

using namespace tenon;

namespace {

struct Options {
  std::string calibrated, machine = "cpu";
  Index batch = 32, processors = 0, node_ranks = 0;
  std::size_t count = 10;
  double seconds = 1, apart = 0.05;
  bool mlp = false, as_json = false;
};

/// The tutorial's network without strategies, or a larger one of the same kind.
Graph network(const Options& o) {
  Graph graph;
  const Node input{Node::Kind::input,        nullptr, {}, {o.batch, 28, 28}, Element::float32,
                   graph.names.add("input"), {},      {}};
  Value x{&graph, graph.add(input)};
  graph.inputs.push_back(x.node);
  x = flatten(x);
  const std::vector<Index> widths =
      o.mlp ? std::vector<Index>{784, 2048, 2048, 2048, 10} : std::vector<Index>{784, 512, 512, 10};
  const std::string names[] = {"layer1", "layer2", "layer3", "layer4"};
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    x = Dense(std::string_view(names[i]), widths[i], widths[i + 1])(x);
    if (i + 2 < widths.size()) x = relu(x);
  }
  graph.output = x.node;
  return graph;
}

/// A forward that can be run again and again.
class Forward {
 public:
  Forward(const Graph& graph, Communication& communication, const Backend& backend)
      : plan_(planned(graph, communication.size())), view_(view(plan_)), parameters_(view_) {
    if (plan_.finding) throw Error(text(plan_.finding, plan_.name(plan_.where)));
    for (int input : view_.inputs)
      data_.emplace_back(std::size_t(view_.buffer(input).bytes() / 4), .5f);
    for (const auto& x : data_) inputs_.push_back(x.data());
    executor_ = std::make_unique<Executor>(view_, backend, communication, parameters_);
  }
  void run() { executor_->run(inputs_); }
  const Plan& plan() const { return plan_; }

 private:
  Plan plan_;
  PlanView view_;
  Parameters parameters_;
  std::vector<std::vector<float>> data_;
  std::vector<const void*> inputs_;
  std::unique_ptr<Executor> executor_;
};

/// Seconds of one of many runs in a row, on the rank that takes longest.
double seconds_of(bench::Together& ranks, const std::function<void()>& run, long runs) {
  ranks.meet();
  const double start = bench::now();
  for (long i = 0; i < runs; ++i) run();
  return ranks.slowest(start, bench::now()) / double(runs);
}

/// What a quarter stays below: what disturbs makes it longer, never shorter.
double quarter(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 4];
}

using Run = std::function<void()>;

/// Seconds of one of each, measured by turns so that a disturbance meets all: the lower quarter of
/// many rounds, in which each runs about so long in all.
std::vector<double> by_turns(bench::Together& ranks, const std::vector<Run>& all, double seconds) {
  constexpr int rounds = 31;
  std::vector<long> runs;
  for (const Run& run : all) {
    run();
    const double one = ranks.agree(seconds_of(ranks, run, 3));
    runs.push_back(std::max(1l, long(seconds / rounds / one)));
  }
  std::vector<std::vector<double>> times(all.size());
  for (int round = 0; round <= rounds; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double one = seconds_of(ranks, all[i], runs[i]);
      if (round) times[i].push_back(one);
    }
  std::vector<double> result;
  for (const auto& own : times) result.push_back(ranks.agree(quarter(own)));
  return result;
}

struct Product {
  Index inner, columns;
  Value construct(Value x) const {
    return matmul(x, parameter(*x.graph, "", "w", {inner, columns}));
  }
};

/// A product of so many rows on every rank at once, each alone, and what ranks do then: where ranks
/// share processors, one finds the caches as the others left them.
Run product_then(const Dims& x, Index columns, const Run& then) {
  static Alone alone;
  static const Cpu cpu;
  return [forward = std::make_shared<Forward>(trace(Product{x[1], columns}, {{x}}), alone, cpu),
          then] {
    forward->run();
    if (then) then();
  };
}

/// An exchange that is ready, with its memory.
class Moving {
 public:
  Moving(Communication& communication, const Distribution& from, const Distribution& to, int tag)
      : scratch_(static_cast<std::size_t>(16 * product(from.shape) + 4096)),
        x_(static_cast<std::size_t>(product(from.shape))),
        y_(x_.size()),
        held_(std::size_t(volume(from.box(communication.rank()))) * 4) {
    const Index devices = communication.size();
    exchange_ = communication.prepare(
        [&](int rank) { return exchange_of(from, to, rank, devices, Element::float32); }, scratch_,
        tag);
  }
  /// As the operator before would have.
  const void* write() {
    std::byte* home = exchange_->source();
    return home ? std::memcpy(home, x_.data(), held_) : x_.data();
  }
  void run() { exchange_->run(write(), y_.data()); }

 private:
  std::vector<std::byte> scratch_;
  std::vector<float> x_, y_;
  std::size_t held_;
  std::unique_ptr<Exchange> exchange_;
};

/// What ranks at work measure is divided by how many share a processor. An exchange is measured as
/// one step of a network: ranks come to it from a product, and where they share processors they do
/// not all come at once.
void calibrate(const Options& o, Communication& communication, bench::Together& ranks) {
  MachineFile file{"measured", "bench/auto_parallel --calibrate", {}};
  Machine& m = file.machine;
  const Index devices = communication.size();
  m.node_ranks = o.node_ranks ? o.node_ranks : Index(communication.node().size());
  m.processors = o.processors ? o.processors : Index(std::thread::hardware_concurrency());
  m.memory = 4e9;
  m.cache = 4e6;
  const double turns = double(m.turns(devices));
  const Index most = std::min(devices, m.node_ranks);
  int tag = 0;
  // columns, as most products leave them: pieces of rows
  using Exchanging = std::shared_ptr<Moving>;
  const auto gather = [&](Index group, Index width) -> Exchanging {
    const Distribution all = whole({32, width});
    return std::make_shared<Moving>(communication, all.cut(1, {{group, 1}}), all, ++tag);
  };
  const auto scatter = [&](Index group, Index width) -> Exchanging {
    const Distribution all = whole({32, width});
    return std::make_shared<Moving>(communication, all.cut(Cut::sum, {{group, 1}}),
                                    all.cut(0, {{group, 1}}), ++tag);
  };
  // what it exchanges, a product has written: that is its time
  const auto writing = [](const Exchanging& moving) {
    return product_then({32, 784}, 64, [moving] { moving->write(); });
  };
  const auto exchanging = [](const Exchanging& moving) {
    return product_then({32, 784}, 64, [moving] { moving->run(); });
  };
  const Index little = devices, much = 512;
  const auto bytes = [](Index width) { return 4. * 32 * double(width); };
  enum { step, meeting, computing, cached, read, two, two_written, all, all_written, many,
         many_written, sums, sums_written, measured };
  std::vector<Run> runs(measured, [] {});
  Run meet;
  if (most > 1) {
    meet = [moving = gather(most, little)] { moving->run(); };
    int next = two;
    for (const Exchanging& moving : {gather(2, little), gather(most, little), gather(most, much),
                                     scatter(most, much)}) {
      runs[std::size_t(next++)] = exchanging(moving);
      runs[std::size_t(next++)] = writing(moving);
    }
  }
  runs[step] = product_then({1, 8}, 8, nullptr);
  runs[meeting] = product_then({1, 8}, 8, meet);
  runs[computing] = product_then({32, 512}, 512, meet);
  runs[cached] = product_then({4, 784}, 512, meet);  // few rows wait for the other operand
  runs[read] = product_then({4, 2048}, 2048, meet);
  const std::vector<double> seconds = by_turns(ranks, runs, 2 * o.seconds);
  const auto of_product = [&](int which) {
    return std::max(seconds[std::size_t(which)] - seconds[meeting], 1e-9) / turns;
  };
  const auto of_exchange = [&](int which) {
    const auto i = std::size_t(which);
    return std::max(seconds[i] - seconds[i + 1], 0.) / turns;
  };
  const auto reading_rate = [&](Index inner, Index columns, int which) {
    return 4. * double(inner * columns + 4 * (inner + columns)) / of_product(which);
  };
  m.step = seconds[step] / turns;
  m.flops = 2. * 32 * 512 * 512 / of_product(computing);
  m.cache_rate = reading_rate(784, 512, cached);
  m.memory_rate = std::min(m.cache_rate, reading_rate(2048, 2048, read));
  if (most > 1) {
    const double taken = bytes(much) * double(most - 1) / double(most);
    if (most > 2)
      m.inside.message = std::max(0., of_exchange(all) - of_exchange(two)) / double(most - 2);
    m.inside.exchange = std::max(0., of_exchange(all) - double(most - 1) * m.inside.message);
    m.inside.rate = taken / std::max(of_exchange(many) - of_exchange(all), 1e-9);
    m.inside.sums = taken / std::max(of_exchange(sums) - of_exchange(all), 1e-9);
  }
  if (devices > m.node_ranks) {
    const double nodes = double((devices + m.node_ranks - 1) / m.node_ranks);
    constexpr Index long_messages = 2048;
    const Exchanging short_ones = gather(devices, little);
    const Exchanging long_ones = gather(devices, long_messages);
    const std::vector<double> crossing =
        by_turns(ranks,
                 {exchanging(short_ones), writing(short_ones), exchanging(long_ones),
                  writing(long_ones)},
                 2 * o.seconds);
    const double few = crossing[0] - crossing[1], more = crossing[2] - crossing[3];
    const auto inside = [&](Index width) {
      return turns * (m.inside.exchange + double(devices - 1) * m.inside.message +
                      bytes(width) / m.inside.rate);
    };
    m.between.exchange = std::max(0., few - inside(little));
    m.between.rate = bytes(long_messages) * (nodes - 1) / nodes /
                     std::max(more - inside(long_messages) - m.between.exchange, 1e-9);
  }
  if (ranks.rank()) return;
  const std::string json = machine_json(file);
  std::cout << json << "\n";
  write_file(o.calibrated, {std::span(json.data(), json.size())});
}

/// The share of pairs in the same order, less that of pairs in the other one.
double kendall_tau(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double both = (a[i] - a[j]) * (b[i] - b[j]);
      sum += both > 0 ? 1 : both < 0 ? -1 : 0;
    }
  return sum / (double(a.size()) * double(a.size() - 1) / 2);
}

std::string strategies(const Graph& graph, const Searched& found) {
  std::string all;
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    if (graph.nodes[id].op != &MatMul::info) continue;
    all.append(all.empty() ? "" : " ").append(found.splits[id].stated() ? "" : "-");
    for (const Dims& split : found.splits[id].inputs) all += text(split);
  }
  return all;
}

void compare(const Options& o, Communication& communication, bench::Together& ranks) {
  const MachineFile file = read_machine(o.machine);
  const Graph graph = network(o);
  const List<Searched> best =
      ranking(graph, communication.size(), file.machine, o.count, {}, o.apart);
  const Cpu cpu;
  std::vector<std::unique_ptr<Forward>> forwards;
  std::vector<double> predicted;
  for (const Searched& one : best) {
    forwards.push_back(std::make_unique<Forward>(one.apply(graph), communication, cpu));
    predicted.push_back(double(one.cost) * 1e-12);
  }
  std::vector<Run> runs;
  for (auto& forward : forwards) runs.push_back([&forward] { forward->run(); });
  const std::vector<double> measured = by_turns(ranks, runs, o.seconds);
  if (ranks.rank()) return;
  const double tau = kendall_tau(predicted, measured);
  if (o.as_json) {
    nlohmann::ordered_json all{
        {"ranks", communication.size()}, {"machine", file.name}, {"tau", tau}};
    for (std::size_t i = 0; i < best.size(); ++i)
      all["strategies"].push_back({{"strategies", strategies(graph, best[i])},
                                   {"predicted", predicted[i]},
                                   {"measured", measured[i]}});
    std::cout << all.dump(1) << "\n";
    return;
  }
  std::printf("predicted   measured us   ratio   collectives   strategies of the products\n");
  for (std::size_t i = 0; i < best.size(); ++i)
    std::printf("%9.2f %13.2f %7.2f %13lld   %s\n", predicted[i] * 1e6, measured[i] * 1e6,
                predicted[i] / measured[i],
                static_cast<long long>(forwards[i]->plan().collectives()),
                strategies(graph, best[i]).c_str());
  std::printf("Kendall's tau of %zu: %.2f\n", best.size(), tau);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  CLI::App app{"The search's order of strategies beside the clock's"};
  app.add_option("--calibrate", o.calibrated, "measure these ranks, and write a machine file");
  app.add_option("--machine", o.machine, "a machine's name or file")->capture_default_str();
  app.add_option("--batch", o.batch, "rows")->capture_default_str();
  app.add_option("--count", o.count, "how many of the best")->check(CLI::Range(2, 1000));
  app.add_option("--apart", o.apart, "by how much each is to cost more than the one before")
      ->capture_default_str();
  app.add_option("--seconds", o.seconds, "of measuring, for each")->capture_default_str();
  app.add_option("--processors", o.processors, "of a node, for --calibrate [those there are]");
  app.add_option("--node-ranks", o.node_ranks,
                 "of a node, for --calibrate [those that share memory]");
  app.add_flag("--mlp", o.mlp, "layers of 784, 2048, 2048, 2048 and 10");
  app.add_flag("--json", o.as_json, "one JSON document instead");
  CLI11_PARSE(app, argc, argv);
  const boost::mpi::environment environment(argc, argv);
  const boost::mpi::communicator world;
  return run_together(world, std::cerr, [&] {
    bench::MpiTogether ranks(world);
    MpiCommunication communication(world);
    if (!o.calibrated.empty()) calibrate(o, communication, ranks);
    else compare(o, communication, ranks);
  });
}
