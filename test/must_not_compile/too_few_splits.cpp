// expect: tenon: illegal strategy: it has not one split for each input
// expect: every_input_has_a_split
// expect: , 1, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Dense layer{"layer", 784, 10};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    layer.matmul.shard({{2, 1}, {1, 2}});
#else
    layer.matmul.shard({{2, 1}});
#endif
  }
  constexpr auto construct(auto x) const { return layer(flatten(x)); }
};
static_assert(Compiled<Network, Devices<4>, Input<32, 28, 28>>::legal);
