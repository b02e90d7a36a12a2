// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators/matmul.hpp>
#include <tenon/plan/planner.hpp>

#include "laws.hpp"
#include "random_network.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr Index device_counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 12};
constexpr Index batches[] = {1, 2, 3, 5, 8, 32};

PlanOptions options_of(RandomNetwork& network, Index devices, bool mindspore) {
  PlanOptions options;
  options.mindspore = mindspore;
  switch (network.draw(4)) {
    case 0: options.output = PlanOptions::Output::rows; break;
    case 1: options.output = PlanOptions::Output::as_computed; break;
    default: break;
  }
  for (const Whole& x : network.inputs)
    options.inputs.push_back(network.draw(3) ? whole(x.shape)
                                             : whole(x.shape).cut(0, {{devices, 1}}));
  if (network.graph.nodes[std::size_t(network.graph.output)].shape.empty())
    options.output = PlanOptions::Output::whole;
  return options;
}

/// Plans, runs on all ranks, compares with one rank; what is wrong, or "".
std::string wrong(std::uint64_t seed, Index batch, Index devices, bool mindspore) {
  RandomNetwork network(seed, batch, devices);
  if (network.graph.finding) return "the network: " + text(network.graph.finding, "?");
  const PlanOptions options = options_of(network, devices, mindspore);
  const Plan p = plan(network.graph, devices, options);
  if (p.finding) return "a finding: " + text(p.finding, p.name(p.where));
  if (const std::string broken = broken_law(view(p)); !broken.empty()) return broken;
  const Distribution& y = p.buffer(p.output).distribution;
  if (y.partial()) return "the output is a partial sum";
  if (options.output == PlanOptions::Output::whole && !(y == whole(y.shape)))
    return "the output is not whole";
  if (options.output == PlanOptions::Output::rows && !(y == whole(y.shape).cut(0, {{devices, 1}})))
    return "the output is not cut by rows";
  const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
  Machine machine(view(p), network.parameters);
  machine.run(network.inputs);
  Machine::Traffic most;
  for (Index rank = 0; rank < devices; ++rank) {
    if (const double far = distance(machine.output(rank), expected, y.box(rank)); far > 1e-4)
      return "rank " + std::to_string(rank) + " is wrong by " + std::to_string(far);
    const Machine::Traffic& t = machine.traffic(rank);
    if (p.bytes_received(rank) != t.bytes_received) return "bytes_received";
    if (p.bytes_sent(rank) != t.bytes_sent) return "bytes_sent";
    if (p.messages(rank) != t.messages) return "messages";
    most = {std::max(most.bytes_received, t.bytes_received),
            std::max(most.bytes_sent, t.bytes_sent), std::max(most.messages, t.messages)};
  }
  if (p.bytes_received() != most.bytes_received || p.bytes_sent() != most.bytes_sent ||
      p.messages() != most.messages)
    return "the most of any rank";
  if (machine.crossed_unsaid()) return "something crossed in a step that does not communicate";
  if (p.collectives() < machine.crossings()) return "collectives";
  machine.run(network.inputs);  // nothing of the first run is left in the way
  if (distance(machine.output(devices - 1), expected, y.box(devices - 1)) > 1e-4)
    return "the second run";
  return "";
}

void check_networks(Index count, std::uint64_t first_seed, bool mindspore) {
  int illegal = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + std::uint64_t(count); ++seed) {
    const Index devices = device_counts[seed % 9], batch = batches[seed / 9 % 6];
    const std::string text = wrong(seed, batch, devices, mindspore);
    if (mindspore && text.starts_with("a finding")) ++illegal;
    else if (!text.empty())
      FAIL_CHECK("network ", seed, ", batch ", batch, ", ", devices, " ranks: ", text);
  }
  CHECK(illegal <= count / 10);  // MindSpore's defaults do not fit every reshape
}

}  // namespace

TEST_CASE("random networks with random strategies give one rank's numbers on any number of ranks") {
  check_networks(std::getenv("TENON_LONG") ? 100'000 : 5000, 0, false);
}

TEST_CASE("MindSpore's layouts and routes give one rank's numbers too") {
  check_networks(std::getenv("TENON_LONG") ? 20'000 : 1500, 1'000'000, true);
}

namespace {

/// What a network of one product says of these splits.
std::string error_in(const Splits& splits, Index devices, const Dims& weight = {6, 4}) {
  struct Product {
    MatMul multiply;
    Dims weight;
    Value construct(Value x) const {
      return multiply(x, parameter(*x.graph, "layer", "weight", weight));
    }
  };
  Product network{MatMul().named("layer", "matmul"), weight};
  network.multiply.splits = splits;
  const Plan p = plan(trace(network, {{{8, 6}}}), devices);
  return p.finding ? text(p.finding, p.name(p.where)) : "";
}

}  // namespace

TEST_CASE("an illegal strategy is found with its layer, dimension and numbers") {
  const auto says = [](const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts)
      if (text.find(part) == std::string::npos) return false;
    return true;
  };
  CHECK(error_in({{2, 2}, {2, 2}}, 8) == "");
  CHECK(says(error_in({{2, 1}, {3, 1}}, 6), {"layer.matmul", "dimension k: 1 and 3"}));
  CHECK(says(error_in({{2, 2}, {2, 2}}, 4), {"layer.matmul", "cuts over: 8, devices: 4"}) ==
        !error_in({{2, 2}, {2, 2}}, 4).empty());
  CHECK(says(error_in({{4, 2}, {2, 1}}, 4), {"layer.matmul", "cuts over: 8, devices: 4"}));
  CHECK(says(error_in({{2, 1}}, 2), {"layer.matmul", "splits: 1, inputs: 2"}));
  CHECK(says(error_in({{2}, {1, 1}}, 2), {"layer.matmul", "input 0: numbers: 1, dimensions: 2"}));
  CHECK(says(error_in({{0, 1}, {1, 1}}, 2), {"layer.matmul", "dimension m: parts: 0"}));
  CHECK(says(error_in({{{2, 2}, {2, 1}}, {8, 1}}, 4), {"layer.matmul", "dimension 0: parts: 8"}));
  CHECK(error_in({{{2, 2}, {2, 1}}, {4, 1}}, 4) == "");
  CHECK(error_in({{{2, 2}, {2, 1}}, {2, 1}}, 4) == "");
  CHECK(says(error_in({}, 4, {7, 4}), {"layer.matmul", "dimension k: 6 and 7"}));
}

TEST_CASE("an operator that is to stay where its operands lie says where they disagree") {
  struct Product {
    Value construct(Value x, Value w) const { return matmul(x, w); }
  };
  const Graph graph = trace(Product{}, {{{8, 6}}, {{6, 4}}});
  PlanOptions options;
  options.stay = true;
  options.output = PlanOptions::Output::as_computed;
  options.inputs = {whole({8, 6}).cut(1, {{2, 1}}), whole({6, 4}).cut(0, {{2, 1}})};
  const Plan legal = plan(graph, 2, options);
  CHECK(!legal.finding);
  CHECK(legal.collectives() == 1);  // the sum alone
  options.inputs[1] = whole({6, 4});
  CHECK(plan(graph, 2, options).finding.mistake == Mistake::inputs_cut_differently);
  // rows by one digit of six ranks and columns by another that is not of the same mixed radix
  options.inputs = {whole({8, 6}).cut(0, {{2, 3}}), whole({6, 4}).cut(1, {{2, 1}})};
  CHECK(plan(graph, 6, options).finding.mistake == Mistake::axis_used_twice);
}
