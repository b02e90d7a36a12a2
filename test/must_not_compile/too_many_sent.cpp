// expect: tenon: illegal pipeline: more tensors leave a stage than a plan has outputs
// expect: tensors_are_outputs
// expect: , 20, 16
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/stage_constant.hpp>

using namespace tenon;
#ifdef TENON_LEGAL_TWIN
inline constexpr int count = 16;
#else
inline constexpr int count = 20;
#endif
struct Network {
  Add add{};
  constexpr Network() { add.pipeline_stage = 1; }
  constexpr auto construct(auto x) const {
    decltype(x) made[count];
    for (auto& one : made) one = x = relu.in_stage(0)(x);
    for (const auto& one : made) x = add(x, one);
    return x;
  }
};
static_assert(CompiledStages<Network, Devices<2>, Input<4, 4>>::legal);
