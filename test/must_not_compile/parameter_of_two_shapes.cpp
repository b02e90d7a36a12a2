// expect: tenon: illegal network: two layers use one parameter with different shapes
// expect: parameter_has_one_shape
// expect: '1', 512
// expect: 10
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
#ifdef TENON_LEGAL_TWIN
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 10};
#else
  Dense layer1{"layer1", 512, 512}, layer2{"layer1", 512, 10};
#endif
  constexpr auto construct(auto x) const { return layer2(relu(layer1(x))); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<4>, Input<32, 784>>::legal);
#else
static_assert(Compiled<Network, Devices<4>, Input<32, 512>>::legal);
#endif
