// expect: tenon: illegal network: an operator has another number of operands than it takes
// expect: operands_are_all_there
// expect: 1, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;

struct Network {
#ifdef TENON_LEGAL_TWIN
  constexpr auto construct(auto x) const { return add(x, x); }
#else
  constexpr auto construct(auto x) const { return add(x); }
#endif
};
static_assert(Compiled<Network, Devices<4>, Input<32, 28, 28>>::legal);
