// expect: tenon: illegal strategy: a dimension of size one that is repeated for the other
// expect: repeated_dimension_stays_whole
// expect: 1, 'b', 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Add sum{};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    sum.shard({{1, 2}, {1, 1}});
#else
    sum.shard({{1, 2}, {1, 2}});
#endif
  }
  constexpr auto construct(auto x, auto y) const { return sum(x, y); }
};
static_assert(Compiled<Network, Devices<4>, Input<32, 8>, Input<32, 1>>::legal);
