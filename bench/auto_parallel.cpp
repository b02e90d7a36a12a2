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

/// The lower quarter of several measurements of about so long each.
double typical(bench::Together& ranks, const std::function<void()>& run, double seconds) {
  run();
  const double one = ranks.agree(seconds_of(ranks, run, 3));
  const long runs = std::max(1l, long(seconds / 21 / one));
  std::vector<double> all;
  for (int i = 0; i < 21; ++i) all.push_back(seconds_of(ranks, run, runs));
  return ranks.agree(quarter(all));
}

struct Product {
  Index inner, columns;
  Value construct(Value x) const {
    return matmul(x, parameter(*x.graph, "", "w", {inner, columns}));
  }
};

/// What ranks of a node do between computations.
using Meeting = std::function<void()>;

/// A product of so many rows on every rank at once, each alone, and a meeting: where ranks share
/// processors, one finds the caches as the others left them.
double product_seconds(bench::Together& ranks, const Options& o, const Backend& backend,
                       const Dims& x, Index columns, const Meeting& meet) {
  Alone alone;
  Forward forward(trace(Product{x[1], columns}, {{x}}), alone, backend);
  const auto run = [&] {
    forward.run();
    if (meet) meet();
  };
  return typical(ranks, run, o.seconds);
}

/// An exchange that is ready, with its memory.
class Moving {
 public:
  Moving(Communication& communication, const Distribution& from, const Distribution& to, int tag)
      : scratch_(static_cast<std::size_t>(16 * from.shape[0] + 4096)),
        x_(static_cast<std::size_t>(from.shape[0])),
        y_(x_.size()),
        held_(std::size_t(volume(from.box(communication.rank()))) * 4) {
    const Index devices = communication.size();
    exchange_ = communication.prepare(
        [&](int rank) { return exchange_of(from, to, rank, devices, Element::float32); }, scratch_,
        tag);
  }
  void run() {
    const void* source = x_.data();
    if (std::byte* home = exchange_->source()) source = std::memcpy(home, x_.data(), held_);
    exchange_->run(source, y_.data());
  }

 private:
  std::vector<std::byte> scratch_;
  std::vector<float> x_, y_;
  std::size_t held_;
  std::unique_ptr<Exchange> exchange_;
};

/// An exchange of so many bytes that each rank has in the end, as one step of a network: ranks come
/// to it from a product, and where they share processors they do not all come at once.
double exchange_seconds(bench::Together& ranks, const Options& o, Communication& communication,
                        const Distribution& from, const Distribution& to, int tag) {
  Moving moving(communication, from, to, tag);
  Alone alone;
  const Cpu cpu;
  const Dims rows{32, 784};
  constexpr Index columns = 64;
  Forward product(trace(Product{rows[1], columns}, {{rows}}), alone, cpu);
  const auto run = [&] {
    product.run();
    moving.run();
  };
  const double without = typical(
      ranks, [&] { product.run(); }, o.seconds);
  return std::max(0., typical(ranks, run, o.seconds) - without);
}

/// What ranks at work measure is divided by how many share a processor.
void calibrate(const Options& o, Communication& communication, bench::Together& ranks) {
  const Cpu cpu;
  MachineFile file{"measured", "bench/auto_parallel --calibrate", {}};
  Machine& m = file.machine;
  const Index devices = communication.size();
  m.node_ranks = o.node_ranks ? o.node_ranks : Index(communication.node().size());
  m.processors = o.processors ? o.processors : Index(std::thread::hardware_concurrency());
  m.memory = 4e9;
  const double turns = double(m.turns(devices));
  m.step = product_seconds(ranks, o, cpu, {1, 8}, 8, nullptr) / turns;
  int tag = 0;
  const Index together = std::min(devices, m.node_ranks);
  Meeting meet;
  if (together > 1) {
    const Distribution all = whole({16 * devices});
    meet = [moving = std::make_shared<Moving>(communication, all.cut(0, {{together, 1}}), all,
                                              ++tag)] { moving->run(); };
  }
  const double meeting = product_seconds(ranks, o, cpu, {1, 8}, 8, meet);
  const auto seconds = [&](Index rows, Index inner, Index columns) {
    const double both = product_seconds(ranks, o, cpu, {rows, inner}, columns, meet);
    return std::max(both - meeting, 1e-9) / turns;
  };
  m.flops = 2. * 64 * 784 * 512 / seconds(64, 784, 512);
  // few rows: what they wait for is the other operand
  const auto reading_rate = [&](Index inner, Index columns) {
    return 4. * double(inner * columns + 4 * (inner + columns)) / seconds(4, inner, columns);
  };
  m.cache = 4e6;
  m.cache_rate = reading_rate(784, 512);
  m.memory_rate = std::min(m.cache_rate, reading_rate(2048, 2048));
  const auto gathering = [&](Index group, Index bytes_in_all) {
    const Distribution all = whole({bytes_in_all / 4});
    return exchange_seconds(ranks, o, communication, all.cut(0, {{group, 1}}), all, ++tag);
  };
  const auto scattering = [&](Index group, Index bytes_in_all) {
    const Distribution all = whole({bytes_in_all / 4});
    return exchange_seconds(ranks, o, communication, all.cut(Cut::sum, {{group, 1}}),
                            all.cut(0, {{group, 1}}), ++tag);
  };
  constexpr Index much = 1 << 18;
  const Index little = 64 * devices;
  if (m.node_ranks > 1 && devices > 1) {
    const Index most = std::min(devices, m.node_ranks);
    const double taken = double(much) * double(most - 1) / double(most);
    const double two = gathering(2, little) / turns, all = gathering(most, little) / turns;
    m.inside.message = most > 2 ? std::max(0., (all - two) / double(most - 2)) : 0;
    m.inside.exchange = std::max(0., all - double(most - 1) * m.inside.message);
    m.inside.rate = taken / std::max(gathering(most, much) / turns - all, 1e-9);
    m.inside.sums = taken / std::max(scattering(most, much) / turns - all, 1e-9);
  }
  if (devices > m.node_ranks) {
    const double nodes = double((devices + m.node_ranks - 1) / m.node_ranks);
    const double few = gathering(devices, little), many = gathering(devices, much);
    const auto inside = [&](Index bytes_in_all) {
      return turns * (m.inside.exchange + double(devices - 1) * m.inside.message +
                      double(bytes_in_all) / m.inside.rate);
    };
    m.between.exchange = std::max(0., few - inside(little));
    m.between.rate = double(much) * (nodes - 1) / nodes /
                     std::max(many - inside(much) - m.between.exchange, 1e-9);
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
  std::vector<double> predicted, measured;
  for (const Searched& one : best) {
    forwards.push_back(std::make_unique<Forward>(one.apply(graph), communication, cpu));
    predicted.push_back(double(one.cost) * 1e-12);
  }
  constexpr int rounds = 31;  // by turns, so that a disturbance meets all
  std::vector<std::vector<double>> times(forwards.size());
  const long runs = std::max(1l, long(o.seconds / rounds / predicted[0]));
  for (int round = 0; round <= rounds; ++round)
    for (std::size_t i = 0; i < forwards.size(); ++i) {
      const double one = seconds_of(
          ranks, [&] { forwards[i]->run(); }, runs);
      if (round) times[i].push_back(one);
    }
  for (const auto& own : times) measured.push_back(ranks.agree(quarter(own)));
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
