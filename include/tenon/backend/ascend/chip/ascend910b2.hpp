// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ascend 910B2: a 910B1 at 1.80 GHz.
///   Ascend910B2().clock.value == 1.8
#include <tenon/backend/ascend/chip/ascend910b1.hpp>

namespace tenon {

inline AscendChip Ascend910B2() {
  AscendChip c = Ascend910B1();
  c.name = "ascend910b2";
  c.clock = {1.8, "GHz", "platform_config ini of 910B2, as quoted by others", Confidence::high};
  return c;
}

}  // namespace tenon
