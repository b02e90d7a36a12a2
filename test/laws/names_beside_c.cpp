// SPDX-License-Identifier: Apache-2.0
// Operators that have names of C's functions leave these alone.
#include <cmath>
#include <cstdlib>

#include <sys/select.h>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>

using namespace tenon;

inline double a = pow(2.0, 3), b = tanh(0.5), c = pow(2.0, 2.0);
inline float d = tanh(0.5f), e = sqrt(2.0f), f = erf(0.5f);
inline int g = div(7, 2).quot, h = abs(-2);
inline double i = exp(2.0), j = log(2.0), k = floor(2.5), l = std::abs(-2.5);
static_assert(sizeof(select(0, nullptr, nullptr, nullptr, nullptr)) == sizeof(int));

struct Network {
  Dense layer{"layer", 4, 4};
  constexpr auto construct(auto x) const {
    return select(floor(x), tanh(div(erf(pow(layer(x), x)), sqrt(x))), log(exp(abs(x))));
  }
};
static_assert(Compiled<Network, Devices<2>, Input<2, 4>>::legal);
static_assert(Compiled<Network, Devices<2>, InputOf<double, 2, 4>>::legal);
