// expect: tenon: illegal network: a reshape changes the number of elements
// expect: keeps_all_elements
// expect: 25088
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
#ifdef TENON_LEGAL_TWIN
  constexpr auto construct(auto x) const { return reshape(x, {32, 784}); }
#else
  constexpr auto construct(auto x) const { return reshape(x, {32, 700}); }
#endif
};
static_assert(Compiled<Network, Devices<4>, Input<32, 28, 28>>::legal);
