// expect: tenon: illegal strategy: the inputs cut a shared dimension differently
// expect: 'k', 2
// expect: inputs_are_cut_alike
// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;
struct Network {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 10};
  constexpr Network() {
#ifdef TENON_LEGAL_TWIN
    layer1.matmul.shard({{2, 2}, {2, 1}});
#else
    layer1.matmul.shard({{2, 2}, {1, 2}});
#endif
  }
  constexpr auto construct(auto x) const { return layer2(relu(layer1(flatten(x)))); }
};
static_assert(Compiled<Network, Devices<8>, Input<32, 28, 28>>::legal);
