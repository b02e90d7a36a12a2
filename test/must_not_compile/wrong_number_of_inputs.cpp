// expect: tenon: illegal network: construct takes another number of inputs than it is given
// expect: construct_takes_the_inputs
// expect: 1, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;

struct Network {
  constexpr auto construct(auto x, auto y) const { return add(x, y); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<4>, Input<32, 28>, Input<28>>::legal);
#else
static_assert(Compiled<Network, Devices<4>, Input<32, 28>>::legal);
#endif
