// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A machine as data:  Ascend910B1().l0c.value == 131072 bytes, with its source and confidence.
#include <string>

#include <tenon/backend/ascend/chip/chip_value.hpp>

namespace tenon {

struct AscendChip {
  std::string name;
  bool validated = false;  // times were compared with measured ones of this kind of chip

  // Structure. 910: one core is cube and vector, no pipe out of l0c. 910B: apart, with that pipe.
  ChipValue separate_cores, fix_pipe, nd_to_nz, cube_float32;
  ChipValue clock, cube_cores, vector_cores;
  ChipValue l1, l0a, l0b, l0c, ub, bt, ub_reserved;
  ChipValue queue_depth, events, mmad_limit;

  // Rates: of a cycle of one core.
  ChipValue macs_float16, macs_int8, macs_float32, vector_bytes;
  ChipValue load_a_rate, load_b_rate, load_latency, load_image_latency;
  ChipValue exit_rate, exit_latency;

  // Memory that the cores share, and what they reach of it.
  ChipValue hbm, hbm_rate, l2, l2_read_rate, gm_rate;

  // Links to other chips.
  ChipValue hccs_links, hccs_rate, roce_rate, pcie_rate;

  // Fitted to published times (predict/fit.hpp).
  ChipValue hbm_efficiency, l2_keeps, l2_reached_rate, write_rate, row_cycles, copy_cycles,
      copy_start;
  ChipValue mmad_start, vector_start, vector_operand, issue_cycles, launch, cube_launch;

  bool operator==(const AscendChip&) const = default;
  double seconds(double cycles) const { return cycles / (clock * 1e9); }
};

}  // namespace tenon
