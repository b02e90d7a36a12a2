// expect: tenon: illegal strategy: the output's split is neither that of its sums nor
// expect: output_takes_the_sums
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  MatMul product{};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    product.shard({{1, 4}, {4, 1}}, {4, 1});
#else
    product.shard({{1, 4}, {4, 1}}, {1, 4});
#endif
  }
  constexpr auto construct(auto x, auto w) const { return product(x, w); }
};
static_assert(Compiled<Network, Devices<4>, Input<32, 8>, Input<8, 16>>::legal);
