// SPDX-License-Identifier: Apache-2.0
// The compiler finds strategies: the same as a program finds, within the budgets that are asked.
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/search/auto.hpp>

using namespace tenon;

namespace {

struct Free {  // the tutorial's network, told nothing
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};
  constexpr auto construct(auto x) const { return layer3(relu(layer2(relu(layer1(flatten(x)))))); }
};
using Found = Auto::Found<Free, Devices<4>, Input<32, 28, 28>, Auto>;
constexpr const auto& found_plan = plan_of<Free, Devices<4>, Input<32, 28, 28>, Auto>;
constexpr const auto& free_plan = plan_of<Free, Devices<4>, Input<32, 28, 28>>;

static_assert(Found::exact);
static_assert(plan_cost(found_plan, CpuNode::machine).total() == Found::cost);
static_assert(Found::cost < plan_cost(free_plan, CpuNode::machine).total());
static_assert(found_plan.collectives() <= 3);

}  // namespace
