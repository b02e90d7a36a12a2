// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/fusing.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/bias_add.hpp>
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

TEST_CASE("a partial sum is summed before its bias is added") {
  const auto network = [](Value x) {
    Dense dense("a", 6, 5);
    dense.matmul.shard({{1, 2}, {2, 1}});
    return relu(dense(x));
  };
  CHECK(fused(network, {8, 6}, 2) == Fused{3, 0, 0});
}
