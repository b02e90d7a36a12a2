// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ascend 910 (Atlas training series): 32 cores of cube and vector together, no pipe out of l0c.
/// Its times are not validated: no times of single kernels are published.
///   Ascend910().fix_pipe.value == 0
#include <tenon/backend/ascend/chip/fitted.hpp>

namespace tenon {

inline AscendChip Ascend910() {
  using enum Confidence;
  const std::string ini = "asc-tools, api_check/inc/ascend910_ini.h";
  const std::string derived = "256 TFLOPS of 32 cores of 8192 a cycle (Hot Chips 31)";
  const std::string as_910b = "as on 910B: none published";
  const std::string server = "Atlas 800 (9000): topology of its documentation, rates quoted";
  AscendChip c;
  c.name = "ascend910";
  c.separate_cores = {0, "yes=1", "Hot Chips 31", high};
  c.fix_pipe = {0, "yes=1", ini + ": no such buffer, data_move_l0c2ub", high};
  c.nd_to_nz = {0, "yes=1", ini + ": data_move_out2l1 alone", medium};
  c.cube_float32 = {0, "yes=1", "asc-devkit, Mmad.md", high};
  c.clock = {1.0, "GHz", derived, medium};
  c.cube_cores = {32, "cores", "Hot Chips 31", high};
  c.vector_cores = {32, "cores", "Hot Chips 31", high};
  c.l1 = {0x1p20, "bytes", ini, high};
  c.l0a = {65536, "bytes", ini, high};
  c.l0b = {65536, "bytes", ini, high};
  c.l0c = {262144, "bytes", ini, high};
  c.ub = {262144, "bytes", ini, high};
  c.bt = {0, "bytes", ini, high};
  c.ub_reserved = {256, "bytes", as_910b, assumed};
  c.queue_depth = {32, "instructions", as_910b, assumed};
  c.events = {8, "events", as_910b, assumed};
  c.mmad_limit = {4095, "numbers", "asc-devkit, Mmad.md", high};
  c.macs_float16 = {4096, "MAC/cycle", ini, high};
  c.macs_int8 = {8192, "MAC/cycle", "AI Core page of TBE: 16x32x16", high};
  c.macs_float32 = {0, "MAC/cycle", "asc-devkit, Mmad.md: float16 alone", high};
  c.vector_bytes = {256, "bytes/cycle/core", ini, high};
  c.load_a_rate = {256, "bytes/cycle/core", as_910b, assumed};
  c.load_b_rate = {128, "bytes/cycle/core", as_910b, assumed};
  c.load_latency = {28, "cycles", as_910b, assumed};
  c.load_image_latency = {50, "cycles", as_910b, assumed};
  c.exit_rate = {64, "numbers/cycle", "a vector of 256 bytes a cycle", assumed};
  c.exit_latency = {20, "cycles", as_910b, assumed};
  c.hbm = {0x1p35, "bytes", "product brief, as quoted by others", medium};
  c.hbm_rate = {1200, "GB/s", "product brief, as quoted by others", medium};
  c.l2 = {0x1p25, "bytes", "Hot Chips 31, as quoted by others", medium};
  c.l2_read_rate = {93.75, "bytes/cycle/core", "3 TB/s over 32 cores, recalled", low};
  c.gm_rate = {37.5, "bytes/cycle/core", "1.2 TB/s over 32 cores", low};
  c.hccs_links = {3, "links", server, high};
  c.hccs_rate = {30, "GB/s", server, medium};
  c.roce_rate = {12.5, "GB/s", server, high};
  c.pcie_rate = {32, "GB/s", server, medium};
  detail::put_fitted(c, assumed);
  return c;
}

}  // namespace tenon
