// expect: tenon: illegal network: two operands have different sizes in a shared dimension
// expect: sizes_agree
// expect: 'k', 500
// expect: 784
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
#ifdef TENON_LEGAL_TWIN
using Images = Input<32, 28, 28>;
#else
using Images = Input<32, 20, 25>;
#endif
struct Network {
  Dense layer{"layer1", 784, 10};
  constexpr auto construct(auto x) const { return layer(flatten(x)); }
};
static_assert(Compiled<Network, Devices<4>, Images>::legal);
