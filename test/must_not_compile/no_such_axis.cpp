// expect: tenon: illegal network: an axis is named that the operand has not
// expect: axis_exists
// expect: , 2, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
#ifdef TENON_LEGAL_TWIN
  Softmax last{Dims{1}};
#else
  Softmax last{Dims{2}};
#endif
  constexpr auto construct(auto x) const { return last(flatten(x)); }
};
static_assert(Compiled<Network, Devices<4>, Input<32, 28, 28>>::legal);
