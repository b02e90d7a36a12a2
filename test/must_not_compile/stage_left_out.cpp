// expect: tenon: illegal pipeline: a stage before that of a layer has no layer
// expect: stage_has_a_layer
// expect: , 1, 3
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/stage_constant.hpp>

using namespace tenon;
struct Network {
  Dense first{"first", 784, 64}, second{"second", 64, 10};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    first.pipeline_stage = 0, second.pipeline_stage = 1;
#else
    first.pipeline_stage = 0, second.pipeline_stage = 2;
#endif
  }
  constexpr auto construct(auto x) const { return second(relu(first(flatten(x)))); }
};
static_assert(CompiledStages<Network, Devices<6>, Input<32, 28, 28>>::legal);
