// expect: tenon: illegal strategy: the devices are not a multiple of those that it cuts over
// expect: enough_devices
// expect: , 8, 4
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/stage_constant.hpp>

using namespace tenon;
struct Network {
  Dense first{"first", 784, 64}, second{"second", 64, 16};
  constexpr Network() {
    first.pipeline_stage = 0, second.pipeline_stage = 1;
#ifdef TENON_LEGAL_TWIN
    second.matmul.shard({{2, 1}, {1, 2}});
#else
    second.matmul.shard({{2, 1}, {1, 4}});
#endif
  }
  constexpr auto construct(auto x) const { return second(relu(first(flatten(x)))); }
};
static_assert(CompiledStages<Network, Devices<8>, Input<32, 28, 28>>::legal);
