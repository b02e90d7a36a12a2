// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which Ascend is simulated, and how it computes:
///   AscendSimOptions{.chip = Ascend910B1(), .precision = PrecisionMode::allow_fp32_to_fp16}
#include <array>
#include <optional>

#include <tenon/backend/ascend/chip/ascend910.hpp>
#include <tenon/backend/ascend/cube/cube_order_name.hpp>
#include <tenon/backend/ascend/rounding/precision.hpp>
#include <tenon/backend/ascend/rounding/precision_sensitivity.hpp>
#include <tenon/backend/ascend/rounding/rounding_rows.hpp>

namespace tenon {

struct AscendSimOptions {
  AscendChip chip = Ascend910();
  PrecisionMode precision = PrecisionMode::force_fp16;
  CubeOrder order = CubeOrder::step16;
  std::optional<OverflowMode> overflow = {};  // none: the chip's own
  int threads = 1;                            // of each rank
  bool compares_orders = false;               // multiplies in the other orders too, and counts
};

/// Numbers of one step that float16 could not hold, since it was made ready.
struct AscendCounts {
  std::string_view op;
  RoundingCounts inputs, results;  // inputs that are parameters count once
  /// Of a product, where orders are compared: what another order would change, order by order.
  std::array<Sensitivity, cube_orders> by_order = {};
};

}  // namespace tenon
