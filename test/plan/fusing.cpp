// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/fusing.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/bias_add.hpp>
#include <tenon/network/operators/conv2d.hpp>
#include <tenon/network/operators/gelu.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/planner.hpp>

#include "random_network.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// construct(x) of a function.
template <class Construct>
struct NetworkOf {
  Construct construct;
};

/// How many of the plan's computations do more than their operator.
struct Fused {
  int steps = 0, biases = 0, activations = 0;
  friend bool operator==(const Fused&, const Fused&) = default;
};
template <class Construct>
Fused fused(Construct construct, const Dims& input, Index devices = 4) {
  const Graph graph = trace(NetworkOf<Construct>{construct}, {{input}});
  REQUIRE(!graph.finding);
  const Plan p = plan(graph, devices);
  REQUIRE(!p.finding);
  Fused f;
  for (const Step& step : p.steps) {
    f.steps += step.kind == Step::Kind::compute;
    f.biases += step.bias;
    f.activations += step.activation != nullptr;
  }
  return f;
}

}  // namespace

TEST_CASE("a bias and an activation are done by the product before them") {
  CHECK(fused([](Value x) { return relu(Dense("a", 6, 5)(x)); }, {8, 6}) == Fused{1, 1, 1});
  CHECK(fused(
            [](Value x) {
              return gelu(matmul(x, parameter(*x.graph, "a", "w", {6, 5})));
            },
            {8, 6}) == Fused{1, 0, 1});
  CHECK(fused([](Value x) { return Dense("b", 5, 3)(relu(Dense("a", 6, 5)(x))); }, {8, 6}) ==
        Fused{2, 2, 1});
}

TEST_CASE("nothing is fused into a value that something else reads") {
  CHECK(fused(
            [](Value x) {
              const Value y = Dense("a", 6, 5)(x);
              return add(relu(y), y);
            },
            {8, 6}) == Fused{3, 1, 0});
}

TEST_CASE("one activation and one bias are all that a product does") {
  CHECK(fused([](Value x) { return relu(gelu(Dense("a", 6, 5)(x))); }, {8, 6}) == Fused{2, 1, 1});
  CHECK(
      fused([](Value x) { return add(Dense("a", 6, 5)(x), parameter(*x.graph, "b", "bias", {5})); },
            {8, 6}) == Fused{2, 1, 0});
  CHECK(fused(
            [](Value x) {
              return add(relu(matmul(x, parameter(*x.graph, "a", "w", {6, 5}))),
                         parameter(*x.graph, "b", "bias", {5}));
            },
            {8, 6}) == Fused{2, 0, 1});
}

TEST_CASE("a convolution adds a bias of its channels, and of nothing else") {
  const auto convolved = [](Value x, Index channels) {
    return conv2d(x, parameter(*x.graph, "a", "w", {channels, 3, 2, 2}));
  };
  const auto bias = [](Value x, const Dims& shape) {
    return parameter(*x.graph, "a", "bias", shape);
  };
  const Dims image{8, 3, 6, 6};  // made [8, o, 5, 5]
  CHECK(fused([&](Value x) { return relu(bias_add(convolved(x, 4), bias(x, {4}))); }, image) ==
        Fused{1, 1, 1});
  CHECK(fused([&](Value x) { return relu(convolved(x, 4)); }, image) == Fused{1, 0, 1});
  CHECK(fused([&](Value x) { return bias_add(relu(convolved(x, 4)), bias(x, {4})); }, image) ==
        Fused{2, 0, 1});
  // as many channels as a row has elements: who is along which dimension is what counts
  CHECK(fused([&](Value x) { return bias_add(convolved(x, 5), bias(x, {5})); }, image) ==
        Fused{1, 1, 0});
  CHECK(fused([&](Value x) { return add(convolved(x, 5), bias(x, {5})); }, image) ==
        Fused{2, 0, 0});
}

TEST_CASE("what is added is fused where it has the last dimension's letter only") {
  const auto product = [](Value x) { return matmul(x, parameter(*x.graph, "a", "w", {6, 5})); };
  const auto bias = [](Value x, const Dims& shape) {
    return parameter(*x.graph, "a", "bias", shape);
  };
  // [2, 5, 5]: a channel's bias has dimension 1, of the same size as the last
  CHECK(fused([&](Value x) { return bias_add(product(x), bias(x, {5})); }, {2, 5, 6}) ==
        Fused{2, 0, 0});
  CHECK(fused([&](Value x) { return bias_add(product(x), bias(x, {5})); }, {2, 6}) ==
        Fused{1, 1, 0});
  CHECK(fused([&](Value x) { return add(product(x), bias(x, {5})); }, {2, 5, 6}) == Fused{1, 1, 0});
  CHECK(fused([&](Value x) { return add(product(x), bias(x, {1})); }, {2, 5, 6}) == Fused{2, 0, 0});
  CHECK(fused([&](Value x) { return add(product(x), bias(x, {1, 5})); }, {8, 6}) == Fused{2, 0, 0});
}

namespace {

/// A product whose sums are cut over two ranks, and what follows it.
template <class Then>
auto sums(Then then) {
  return [then](Value x) {
    MatMul product;
    product.shard({{1, 2}, {2, 1}});
    return then(product(x, parameter(*x.graph, "a", "w", {6, 512})));
  };
}
Value bias(Value x, Index columns) { return parameter(*x.graph, "a", "bias", {columns}); }

/// The exchanges of a plan that finish what they add.
template <class Construct>
std::vector<Step> finishing(Construct construct, const Dims& input, Index devices = 2) {
  const Plan p = plan(trace(NetworkOf<Construct>{construct}, {{input}}), devices);
  std::vector<Step> found;
  for (const Step& step : p.steps)
    if (step.kind == Step::Kind::exchange && (step.bias || step.activation)) found.push_back(step);
  return found;
}

}  // namespace

TEST_CASE("the exchange that sums adds the bias and applies the activation") {
  const auto network = sums([](Value y) { return relu(add(y, bias(y, 512))); });
  CHECK(fused(network, {8, 6}, 2) == Fused{1, 1, 1});
  REQUIRE(finishing(network, {8, 6}).size() == 1);
  CHECK(finishing(network, {8, 6})[0].movement == Movement::all_reduce);
  CHECK(fused(sums([](Value y) { return relu(y); }), {8, 6}, 2) == Fused{1, 0, 1});
  CHECK(fused(sums([](Value y) { return add(relu(y), bias(y, 512)); }), {8, 6}, 2) ==
        Fused{2, 0, 1});  // not the other way round
  CHECK(fused(sums([](Value y) { return relu(relu(y)); }), {8, 6}, 2) == Fused{2, 0, 1});
}

TEST_CASE("of a sum that is scattered and then gathered, the first exchange finishes") {
  const auto network = [](Value x) {
    MatMul product;
    product.shard({{1, 8}, {8, 1}});
    const Value y = product(x, parameter(*x.graph, "a", "w", {8, 512}));
    return relu(add(y, bias(y, 512)));
  };
  const std::vector<Step> steps = finishing(network, {64, 8}, 8);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].movement == Movement::reduce_scatter);
  CHECK(steps[0].bias);
  CHECK(steps[0].activation != nullptr);
}

TEST_CASE("an exchange finishes nothing that something else reads") {
  CHECK(fused(sums([](Value y) { return add(relu(y), y); }), {8, 6}, 2) == Fused{3, 0, 0});
  CHECK(fused(sums([](Value y) {
                const Value z = add(y, bias(y, 512));
                return add(relu(z), z);
              }),
              {8, 6}, 2) == Fused{3, 1, 0});
}

TEST_CASE("a bias that an exchange adds lies where its addition wants it, for every batch") {
  const auto network = [](Value x) {
    Dense dense("a", 512, 4096);
    dense.matmul.shard({{1, 8}, {8, 1}});
    return relu(dense(x));
  };
  const auto planned = [&](Index batch, const PlanView* loaded) {
    PlanOptions options;
    options.parameters_of = loaded;
    return plan(trace(NetworkOf<decltype(network)>{network}, {{{batch, 512}}}), 8, options);
  };
  for (const Index first : {1, 256})
    for (const Index other : {1, 256}) {
      CAPTURE(first);
      CAPTURE(other);
      const Plan loaded = planned(first, nullptr);
      const PlanView seen = view(loaded);
      const Plan p = planned(other, &seen);
      REQUIRE(!p.finding);
      for (const Buffer& b : p.buffers)
        if (b.place == Buffer::Place::parameter && b.distribution.shape.size() == 1)
          CHECK(b.distribution == whole({4096}));
      CHECK(view(p).collectives() == 2);  // the sums, scattered and gathered
    }
}
