// expect: tenon: illegal strategy: the devices are not a multiple of those that it cuts over
// expect: enough_devices
// expect: , 16
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Dense layer{"layer", 784, 10};
  constexpr Network() { layer.matmul.shard({{4, 2}, {2, 2}}); }
  constexpr auto construct(auto x) const { return layer(flatten(x)); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<16>, Input<32, 28, 28>>::legal);
#else
static_assert(Compiled<Network, Devices<8>, Input<32, 28, 28>>::legal);
#endif
