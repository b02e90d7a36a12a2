// expect: tenon: illegal network: an operand has another number of dimensions than
// expect: operand_has_the_rank
// expect: 0, 1, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Dense layer{"layer", 784, 10};
  constexpr auto construct(auto x) const { return layer(x); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<4>, Input<32, 784>>::legal);
#else
static_assert(Compiled<Network, Devices<4>, Input<784>>::legal);
#endif
