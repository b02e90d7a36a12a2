// expect: tenon: illegal strategy: a reshape moves a cut that does not divide the sizes
// expect: divides_evenly
// expect: 6, 4
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Reshape rows{Dims{6, 8}};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    rows.shard({{2, 1}});
#else
    rows.shard({{4, 1}});
#endif
  }
  constexpr auto construct(auto x) const { return rows(x); }
};
static_assert(Compiled<Network, Devices<4>, Input<12, 4>>::legal);
