// expect: tenon: illegal strategy: MindSpore cuts only into equal blocks
// expect: blocks_are_equal
// expect: 1, 2
// SPDX-License-Identifier: Apache-2.0
#include <tenon/plan/constant.hpp>

#include "../../examples/network.hpp"

using namespace tenon;

// The tutorial's own batch, which MindSpore refuses and Tenon runs; Strict refuses it too.
#ifdef TENON_LEGAL_TWIN
static_assert(Compiled<Network, Devices<8>, Input<1, 28, 28>>::legal);
#else
static_assert(Compiled<Network, Devices<8>, Input<1, 28, 28>, Strict>::legal);
#endif
