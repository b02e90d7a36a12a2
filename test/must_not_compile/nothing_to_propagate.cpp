// SPDX-License-Identifier: Apache-2.0
// expect: tenon: illegal strategy: sharding_propagation starts from operators that have a strategy
// expect: an_operator_has_a_strategy
#include <tenon/network/layers/dense.hpp>
#include <tenon/search/auto.hpp>

struct Network {
  tenon::Dense first{"first", 64, 32}, second{"second", 32, 8};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    first.matmul.shard({{1, 1}, {1, 4}});
#endif
  }
  constexpr auto construct(auto x) const { return second(first(x)); }
};
using Propagated = tenon::AutoOn<tenon::CpuNode, tenon::SearchMode::sharding_propagation>;
using Input = tenon::Input<16, 64>;
static_assert(tenon::plan_of<Network, tenon::Devices<4>, Input, Propagated>.devices > 0);
