// expect: tenon: illegal pipeline: the ranks are not a multiple of the stages
// expect: stages_divide_the_ranks
// expect: , 7, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/stage_constant.hpp>

using namespace tenon;
struct Network {
  Dense first{"first", 784, 64}, second{"second", 64, 10};
  constexpr Network() { first.pipeline_stage = 0, second.pipeline_stage = 1; }
  constexpr auto construct(auto x) const { return second(relu(first(flatten(x)))); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(CompiledStages<Network, Devices<6>, Input<32, 28, 28>>::legal);
#else
static_assert(CompiledStages<Network, Devices<7>, Input<32, 28, 28>>::legal);
#endif
