// expect: tenon: illegal network: a window does not fit into its input
// expect: window_fits
// expect: 5, 3
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;

struct Network {
  constexpr auto construct(auto x) const {
    const auto w = parameter(*x.graph, "conv", "weight", {4, 2, 5, 5});
#ifdef TENON_LEGAL_TWIN
    return Conv2d({1, 1}, {1, 1, 1, 1})(x, w);
#else
    return conv2d(x, w);
#endif
  }
};
static_assert(Compiled<Network, Devices<2>, Input<8, 2, 3, 3>>::legal);
