// expect: tenon: illegal network: an operand's elements are of another type than the operator takes
// expect: elements_fit_the_operator
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  constexpr auto construct(auto table, auto indices) const { return gather(table, indices); }
};
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<4>, Input<100, 8>, InputOf<int, 32>>::legal);
#else
static_assert(Compiled<Network, Devices<4>, Input<100, 8>, Input<32>>::legal);
#endif
