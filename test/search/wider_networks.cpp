// SPDX-License-Identifier: Apache-2.0
// Exactness on what is no chain: several outputs and inputs, values and parameters that are read
// again, reshapes, transposes, broadcasts, batches of products, pictures.
#include <doctest/doctest.h>

#include <random>

#include "brute_force.hpp"
#include "small_networks.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

class WiderNetwork {
 public:
  explicit WiderNetwork(std::uint64_t seed) : random_(seed), kind(int(seed % 9)) {}

  Graph make() {
    const Index rows = pick({2, 6, 16}), width = pick({4, 12});
    const Value x = input({rows, width});
    switch (kind) {
      case 0: {  // outputs on the way, and one that is read by nothing
        const Value a = product(x, "a", 8), b = relu(a), c = product(b, "b", 4);
        further(a), further(draw(2) ? b : product(a, "c", 6));
        return finished(c);
      }
      case 1: {  // one weight, read in two ways
        const Value w = weight("w", {width, width});
        const Value y = relu(matmul(x, w));
        return finished(draw(2) ? matmul(y, w) : MatMul(false, true)(y, w));
      }
      case 2: {  // one input, read by three
        const Value a = product(x, "a", 6), b = product(x, "b", 6);
        return finished(draw(2) ? add(mul(a, b), product(x, "c", 6)) : sub(relu(a), b));
      }
      case 3: {  // heads: a dimension is cut into two by a reshape, and joined again
        const Value y = Reshape({rows, 2, 4})(product(x, "a", 8));
        const Value z = draw(2) ? softmax(y) : gelu(y);
        return finished(product(Reshape({rows, 8})(z), "b", 4));
      }
      case 4: {  // columns that become rows
        const Value y = transpose(product(x, "a", 8), {1, 0});
        return finished(product(draw(2) ? relu(y) : y, "b", 4));
      }
      case 5: {  // a row, a column and a number for all
        const Value y = product(x, "a", 8);
        const Value row = weight("row", {1, 8}), column = weight("column", {rows, 1});
        const Value z = draw(2) ? add(y, row) : mul(y, column);
        const Value sums = ReduceSum({1}, true)(z);
        return finished(mul(draw(2) ? z : relu(product(z, "b", 8)), sums));
      }
      case 6: {  // two inputs
        const Value other = input({rows, width});
        return finished(MatMul(false, true)(product(x, "a", 6), product(other, "b", 6)));
      }
      case 7: {  // batches of products
        const Value y = Reshape({2, rows / 2, 8})(product(x, "a", 8));
        const Value z = softmax(MatMul(false, true)(y, y));
        return finished(matmul(z, y));
      }
      default: {  // a picture
        const Value picture = input({2, 2, 4, 4});
        const Value w = weight("kernel", {4, 2, 3, 3});
        const Value y = relu(bias_add(Conv2d({1, 1}, {1, 1, 1, 1}, {}, 1)(picture, w),
                                      weight("bias", {4})));
        further(product(x, "a", 4));
        return finished(product(flatten(y), "b", 6));
      }
    }
  }
  Index draw(Index count) { return Index(random_() % std::uint64_t(count)); }

 private:
  Index pick(std::initializer_list<Index> list) { return list.begin()[draw(Index(list.size()))]; }
  Value input(const Dims& shape) {
    const Node node{Node::Kind::input,         nullptr, {}, shape, Element::float32,
                    graph_.names.add("input"), {},      {}};
    const Value value{&graph_, graph_.add(node)};
    graph_.inputs.push_back(value.node);
    return value;
  }
  Value weight(const std::string& name, const Dims& shape) {
    return parameter(graph_, name, "weight", shape);
  }
  Value product(Value x, const std::string& name, Index out) {
    const Value y = matmul(x, weight(name, {x.shape().back(), out}));
    return draw(2) ? add(y, parameter(graph_, name, "bias", {out})) : y;
  }
  void further(Value x) { graph_.further.push_back(x.node); }
  Graph finished(Value x) {
    graph_.output = x.node;
    return graph_;
  }

  std::mt19937_64 random_;
  int kind;
  Graph graph_;
};

}  // namespace

TEST_CASE("the search is exact on graphs of every form") {
  int tried[9] = {};
  for (std::uint64_t seed = 0; seed < 270; ++seed) {
    WiderNetwork network(seed);
    const Graph graph = network.make();
    CAPTURE(seed);
    REQUIRE(text(graph.finding, "") == text(Finding{}, ""));
    const tenon::Machine machine = SmallNetwork(seed).machine();
    const Index devices = seed % 2 ? 4 : 2 + Index(network.draw(3));
    SearchOptions options;
    if (seed % 5 == 0) options.plan.output = PlanOptions::Output::as_computed;
    if (seed % 7 == 0) options.bytes_worth_a_strategy = 0;
    if (ways_in_all(graph, devices, options) > 4000) continue;
    ++tried[seed % 9];
    CAPTURE(devices);
    const Searched found = search(graph, devices, machine, options);
    REQUIRE(!found.finding);
    CHECK(found.exact);
    CHECK(planned_cost(found.apply(graph), devices, machine, options.plan) == found.cost);
    CHECK(found.cost == least_of_all(graph, devices, machine, options));
  }
  for (int kind = 0; kind < 9; ++kind) {
    CAPTURE(kind);
    CHECK(tried[kind] >= 8);
  }
}

TEST_CASE("where parameters are loaded already, what it costs to move them is in the price") {
  int stayed = 0, moved = 0;
  for (std::uint64_t seed = 0; seed < 220; ++seed) {
    WiderNetwork wide(seed);
    SmallNetwork small(seed);
    const Graph graph = seed % 2 ? wide.make() : small.make();
    const Index devices = seed % 3 ? 4 : 3;
    SearchOptions options;
    if (ways_in_all(graph, devices, options) > 500) continue;
    CAPTURE(seed);
    // The lender: a strategy for each operator, whichever.
    Graph lender = graph;
    const auto choices = choices_of(graph, devices, options);
    for (std::size_t id = 0; id < choices.size(); ++id)
      lender.nodes[id].splits = choices[id][std::size_t(wide.draw(Index(choices[id].size())))];
    const Plan lent = plan(lender, devices);
    REQUIRE(!lent.finding);
    const PlanView loaded = view(lent);
    tenon::Machine machine = small.machine();
    options.plan.parameters_of = &loaded;
    const Searched found = search(graph, devices, machine, options);
    REQUIRE(!found.finding);
    CHECK(found.exact);
    CHECK(planned_cost(found.apply(graph), devices, machine, options.plan) == found.cost);
    CHECK(found.cost == least_of_all(graph, devices, machine, options));
    const Searched free = search(graph, devices, machine);
    const Picoseconds blind = planned_cost(free.apply(graph), devices, machine, options.plan);
    CHECK(found.cost <= blind);
    ++(found.cost < blind ? moved : stayed);
  }
  CHECK(stayed > 10);
  CHECK(moved > 10);
}
