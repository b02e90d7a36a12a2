// expect: tenon: illegal strategy: a dimension is cut that the operator needs whole
// expect: dimension_stays_whole
// expect: 'B', 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Dense layer{"layer", 784, 10};
  Softmax last{};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    last.shard({{2, 1}});
#else
    last.shard({{1, 2}});
#endif
  }
  constexpr auto construct(auto x) const { return last(layer(flatten(x))); }
};
static_assert(Compiled<Network, Devices<4>, Input<32, 28, 28>>::legal);
