// SPDX-License-Identifier: Apache-2.0
// expect: tenon: illegal strategy: the compiler is asked to search through too many operators
// expect: compiler_can_search
// expect: 128
#include <tenon/network/layers/dense.hpp>
#include <tenon/search/auto.hpp>

struct Network {
  tenon::Dense first{"first", 64, 32}, second{"second", 32, 8};
  constexpr auto construct(auto x) const { return second(first(x)); }
};

#ifdef TENON_LEGAL_TWIN
using Ranks = tenon::Devices<4>;
#else
using Ranks = tenon::Devices<64>;
#endif
static_assert(tenon::plan_of<Network, Ranks, tenon::Input<16, 64>, tenon::Auto>.devices > 0);
