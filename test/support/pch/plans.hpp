// SPDX-License-Identifier: Apache-2.0
// What programs that must not compile include, compiled once.
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/constant.hpp>
