// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

#include "../../examples/network.hpp"

using namespace tenon;

namespace {

/// Words, attention and a residual connection, cut over heads of the products.
struct Attention {
  Index devices;
  constexpr Value construct(Value words) const {
    Graph& g = *words.graph;
    Gather lookup;
    lookup.shard({{devices, 1}, {1, 1}});
    const Value x = lookup(parameter(g, "embedding", "table", {50, 12}), words);  // [4, 6, 12]
    const Value q = matmul(x, parameter(g, "q", "weight", {12, 8}));
    const Value k = matmul(x, parameter(g, "k", "weight", {12, 8}));
    const Value scores = softmax(MatMul(false, true)(q, k));  // [4, 6, 6]
    const Value y = add(matmul(scores, x), x);
    const Value gamma = parameter(g, "norm", "gamma", {12});
    const Value beta = parameter(g, "norm", "beta", {12});
    return layer_norm(y, gamma, beta);
  }
};

template <class Network, Index devices, class... Parts>
void check_constant() {
  CAPTURE(devices);
  const auto& constant = plan_of<Network, Devices<devices>, Parts...>;
  const Plan value = plan_network<Network, Parts...>(devices);
  REQUIRE(!value.finding);
  CHECK(equal(constant, value));
  CHECK(equal(value, constant));
  CHECK(equal(view(constant), view(value)));
  CHECK(constant.bytes_received() == value.bytes_received());
  CHECK(constant.messages() == value.messages());
}

}  // namespace

TEST_CASE("the constant is the plan that is made at run time") {
  check_constant<Network, 1, Input<32, 28, 28>>();
  check_constant<Network, 3, Input<32, 28, 28>>();
  check_constant<Network, 8, Input<32, 28, 28>>();
  check_constant<Network, 8, Input<3, 28, 28>>();
  check_constant<Network, 4, InputRows<6, 28, 28>>();
  check_constant<Network, 4, Input<5, 28, 28>, OutputAs<PlanOptions::Output::as_computed>>();
  check_constant<Attention, 6, InputOf<std::int32_t, 4, 6>>();
  check_constant<Attention, 4, InputRowsOf<std::int64_t, 4, 6>>();
}

TEST_CASE("other rows give the plan of that batch") {
  for (Index rows : {1, 2, 3, 7, 256})
    CHECK(equal(plan_network<Network, Input<32, 28, 28>>(8, rows),
                plan(trace(Network(8), {{{rows, 28, 28}}}), 8)));
  CHECK(equal(plan_network<Network, Input<32, 28, 28>>(8, 3),
              plan_of<Network, Devices<8>, Input<3, 28, 28>>));
  CHECK_FALSE(equal(plan_network<Network, Input<32, 28, 28>>(8, 3),
                    plan_of<Network, Devices<8>, Input<32, 28, 28>>));
}

TEST_CASE(
    "the tutorial's network: three collectives and 18 304 bytes, MindSpore's five and 80 352") {
  constexpr const auto& ours = plan_of<Network, Devices<8>, Input<32, 28, 28>>;
  static_assert(ours.collectives() <= 3);
  static_assert(ours.bytes_received() <= 18304);
  PlanOptions options;
  options.mindspore = true;
  const Plan theirs = plan(trace(Network(8), {{{32, 28, 28}}}), 8, options);
  CHECK(theirs.collectives() == 5);
  CHECK(theirs.bytes_received() == 80352);
}

TEST_CASE("the parameters' slices are those of MindSpore's files, and need no more memory") {
  const auto& p = plan_of<Network, Devices<8>, Input<32, 28, 28>>;
  // layer1.weight [784, 512/2], its bias, layer2 whole, layer3.weight [512/2, 10] and its bias
  const Index floats = 784 * 256 + 256 + 512 * 512 + 512 + 256 * 10 + 10;
  CHECK(p.parameters >= floats * 4);
  CHECK(p.parameters < floats * 4 + 6 * 64);
  CHECK(p.peak_memory() == p.parameters + p.arena);
}
