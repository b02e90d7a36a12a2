// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/network_record.hpp>
#include <tenon/plan/planner.hpp>

#include "random_network.hpp"
#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct Tutorial {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 10};
  constexpr Tutorial() { layer1.matmul.shard({{2, 1}, {1, 2}}); }
  constexpr auto construct(auto x) const { return layer2(relu(layer1(flatten(x)))); }
};

constexpr bool of_the_tutorial() {
  const NetworkRecord r = network_record(trace(Tutorial{}, {{{4, 28, 28}}}), 8);
  const auto lies = [&](std::size_t i, std::string_view name, const LayoutRecord& layout) {
    return r.names[r.parameters[i].name] == name && r.parameters[i].layout == layout;
  };
  const auto states = [&](std::size_t i, std::string_view op, std::string_view parameter,
                          const Vector<Dims, 4>& splits) {
    const StrategyRecord& s = r.strategies[i];
    return s.op == op && r.names[s.parameter] == parameter && s.splits == splits;
  };
  return !r.refused && r.parameters.size() == 4 && r.strategies.size() == 4 &&
         lies(0, "layer1.weight", {{2, 2, 2}, {{-1}, {1}}, {784, 512}}) &&
         lies(1, "layer1.bias", {{4, 2}, {{-1}}, {512}}) &&
         states(0, "MatMul", "layer1.weight", {{2, 1}, {1, 2}}) &&
         states(1, "Add", "layer1.bias", {{4, 1}, {1}}) &&
         states(2, "MatMul", "layer2.weight", {{4, 1}, {1, 1}}) &&
         r.inputs[0].layout == LayoutRecord{{8}, {{-1}, {-1}, {-1}}, {4, 28, 28}};
}
static_assert(of_the_tutorial());

/// Two layers with one weight, each cut in its own way.
struct Shared {
  MatMul first = MatMul().named("first", "matmul"), second = MatMul().named("second", "matmul");
  auto construct(auto x) const {
    const Value w = parameter(*x.graph, "shared", "weight", {16, 16});
    return second(first(x, w), w);
  }
};
NetworkRecord record_of(const Shared& network) {
  return network_record(trace(network, {{{8, 16}}}), 4);
}

struct Embedding {
  auto construct(auto x) const {
    const Value table = parameter(*x.graph, "embedding", "table", {64, 16});
    const Value gamma = parameter(*x.graph, "norm", "gamma", {16});
    const Value beta = parameter(*x.graph, "norm", "beta", {16});
    parameter(*x.graph, "unread", "weight", {3});
    return layer_norm(gather(table, x), gamma, beta);
  }
};

/// The digits of every dimension but those that are gathered, or that have one element.
Distribution comparable(Distribution x, const Term& term) {
  for (int d = 0; d < term.size(); ++d)
    if (term[d].gathered || x.shape[d] == 1) x = x.cut(d, {});
  return x;
}

}  // namespace

TEST_CASE("MindSpore's plan places every parameter where the record says") {
  int parameters = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Index devices = Index(1 + seed % 8), batch = Index(1 + seed * 7 % 9);
    const RandomNetwork network(seed, batch, devices);
    const Graph& graph = network.graph;
    CAPTURE(seed);
    PlanOptions options;
    options.mindspore = true;
    const Plan placed = plan(graph, devices, options);
    REQUIRE(!placed.finding);
    const NetworkRecord record = network_record(graph, devices);
    for (const TensorRecord& parameter : record.parameters) {
      const std::string_view name = record.names[parameter.name];
      CAPTURE(name);
      REQUIRE(!examine(parameter.layout));
      REQUIRE(parameter.layout.devices() == devices);
      ++parameters;
      for (const Node& node : graph.nodes)
        for (int i = 0; i < node.inputs.size(); ++i) {
          if (!(graph.nodes[std::size_t(node.inputs[i])].name == parameter.name)) continue;
          const Term term =
              node.op->equation(detail::recorded_operands(graph, node, devices)).inputs[i];
          bool found = false;
          for (const Buffer& buffer : placed.buffers)
            found = found ||
                    (buffer.place == Buffer::Place::parameter && placed.name(buffer.name) == name &&
                     comparable(buffer.distribution, term) ==
                         comparable(lower(parameter.layout), term));
          REQUIRE(found);
        }
    }
    int read = 0;  // every parameter that is placed is in the record
    for (const Buffer& buffer : placed.buffers)
      if (buffer.place == Buffer::Place::parameter) {
        bool known = false;
        for (const TensorRecord& parameter : record.parameters)
          known = known || record.names[parameter.name] == placed.name(buffer.name);
        REQUIRE(known);
        ++read;
      }
    REQUIRE(read >= int(record.parameters.size()));
  }
  CHECK(parameters > 400);
}

TEST_CASE("a parameter that two operators read in two layouts is refused, with both") {
  Shared network;
  network.first.shard({{1, 2}, {2, 1}});
  network.second.shard({{1, 2}, {2, 1}});
  CHECK(record_of(network).parameters.size() == 1);
  CHECK(record_of(network).strategies.size() == 2);
  network.second.shard({{4, 1}, {1, 1}});
  const std::string error = error_of([&] { record_of(network); });
  CHECK(error.find("two operators read shared.weight") != error.npos);
  CHECK(
      error.find("first.matmul reads [2, 2], [[1], [-1]]; second.matmul reads [4], [[-1], [-1]]") !=
      error.npos);
  network.first.shard({{2, 1}, {1, 1}});  // whole for both
  CHECK(record_of(network).parameters[0].layout == LayoutRecord{{2, 2}, {{-1}, {-1}}, {16, 16}});
}

TEST_CASE("an operator of several parameters is named after the first; a table is whole") {
  const Graph graph = trace(Embedding{}, {{{8, 4}, Element::int32}});
  const Distribution rows = whole({8, 4}).cut(0, {{4, 1}});
  const NetworkRecord r = network_record(graph, 4, {rows});
  REQUIRE(r.strategies.size() == 2);
  CHECK(r.strategies[0].splits == Vector<Dims, 4>{{1, 1}, {4, 1}});  // MindSpore: GatherInfo
  CHECK(r.strategies[1].op == "LayerNorm");
  CHECK(r.names[r.strategies[1].parameter] == "norm.gamma");
  CHECK(r.parameters.size() == 3);
  CHECK(r.parameters[0].layout == LayoutRecord{{4}, {{-1}, {-1}}, {64, 16}});
  CHECK(r.inputs[0].layout == LayoutRecord{{4}, {{0}, {-1}}, {8, 4}});
  const Distribution columns = whole({8, 4}).cut(1, {{4, 1}});
  CHECK(error_of([&] { network_record(graph, 4, {columns}); }).find("illegal input") !=
        std::string::npos);
}

TEST_CASE("what MindSpore refuses is kept, what nobody can do is thrown") {
  Tutorial network;
  const NetworkRecord one = network_record(trace(network, {{{1, 28, 28}}}), 8);
  CHECK(one.refused.mistake == Mistake::does_not_divide);
  CHECK(one.names[one.refused.where] == "layer1.matmul");
  network.layer1.matmul.shard({{3, 1}, {1, 2}});
  const std::string error = error_of([&] { network_record(trace(network, {{{6, 28, 28}}}), 8); });
  CHECK(error.find("layer1.matmul, cuts over: 6, devices: 8") != error.npos);
  CHECK(error_of([&] {
          network_record(trace(network, {{{8, 5}}}), 8);
        }).starts_with("tenon: illegal network"));
}
