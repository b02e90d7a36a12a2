// expect: tenon: the network has pipeline stages: include <tenon/model/pipeline.hpp>
// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/program.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

using namespace tenon;
struct Network {
  Dense first{"first", 784, 64}, second{"second", 64, 10};
  constexpr Network() {
#ifndef TENON_LEGAL_TWIN
    first.pipeline_stage = 0, second.pipeline_stage = 1;
#endif
  }
  constexpr auto construct(auto x) const { return second(relu(first(flatten(x)))); }
};
template struct tenon::detail::Program<Network, Input<32, 28, 28>, Devices<8>>;
