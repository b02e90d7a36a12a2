// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ascend 910B1 (Atlas A2, architecture 2201): 24 cube cores and 48 vector cores at 1.85 GHz.
///   Ascend910B1().fix_pipe.value == 1
#include <tenon/backend/ascend/chip/fitted.hpp>

namespace tenon {

inline AscendChip Ascend910B1() {
  using enum Confidence;
  const std::string ini = "asc-tools, api_check/inc/ascend910B1_ini.h";
  const std::string page = "asc-devkit, architecture 2201 and tests/perf";
  const std::string limits = "asc-devkit, hardware limits of 2201";
  const std::string config = "platform_config ini of 910B1, as quoted by others";
  const std::string device = "msmodeling, tensor_cast/device.py";
  AscendChip c;
  c.name = "ascend910b1";
  c.validated = true;
  c.separate_cores = {1, "yes=1", page, high};
  c.fix_pipe = {1, "yes=1", ini, high};
  c.nd_to_nz = {1, "yes=1", "asc-devkit, data_copy best practice", high};
  c.cube_float32 = {1, "yes=1", "asc-devkit, Mmad.md", high};
  c.clock = {1.85, "GHz", config, high};
  c.cube_cores = {24, "cores", ini, high};
  c.vector_cores = {48, "cores", ini, high};
  c.l1 = {524288, "bytes", ini, high};
  c.l0a = {65536, "bytes", ini, high};
  c.l0b = {65536, "bytes", ini, high};
  c.l0c = {131072, "bytes", ini, high};
  c.ub = {196608, "bytes", ini, high};
  c.bt = {1024, "bytes", ini, high};
  c.ub_reserved = {8448, "bytes", "asc-devkit, architecture 2201: 256 bytes and 8 KiB", high};
  c.queue_depth = {32, "instructions", limits, high};
  c.events = {8, "events", "asc-devkit, SetFlag-WaitFlag", high};
  c.mmad_limit = {4095, "numbers", "asc-devkit, Mmad.md", high};
  c.macs_float16 = {4096, "MAC/cycle", "16x16x16: asc-devkit, tests/perf/mmad_perf", high};
  c.macs_int8 = {8192, "MAC/cycle", "16x16x32: asc-devkit, tests/perf/mmad_perf", high};
  c.macs_float32 = {1024, "MAC/cycle", "16x16x4: asc-devkit, Mmad.md", high};
  c.vector_bytes = {256, "bytes/cycle/core", ini, high};
  c.load_a_rate = {256, "bytes/cycle/core", page, high};
  c.load_b_rate = {128, "bytes/cycle/core", page, high};
  c.load_latency = {28, "cycles", "asc-devkit, tests/perf/load_data_perf: LoadData2D", high};
  c.load_image_latency = {50, "cycles", "asc-devkit, tests/perf/load_data_perf: LoadData3D", high};
  c.exit_rate = {64, "numbers/cycle", "asc-devkit, tests/perf/fixpipe_perf (l0c to l1)", medium};
  c.exit_latency = {20, "cycles", "asc-devkit, tests/perf/fixpipe_perf", high};
  c.hbm = {0x1p36, "bytes", device, medium};
  c.hbm_rate = {1600, "GB/s", device, medium};
  c.l2 = {192 * 0x1p20, "bytes", config, high};
  c.l2_read_rate = {110, "bytes/cycle/core", config, high};
  c.gm_rate = {32, "bytes/cycle/core", config + ": ddr_rate", high};
  c.hccs_links = {7, "links", device, medium};
  c.hccs_rate = {28, "GB/s", device, medium};
  c.roce_rate = {25, "GB/s", device, medium};
  c.pcie_rate = {32, "GB/s", "PCIe 4.0 x16", medium};
  detail::put_fitted(c, fitted);
  return c;
}

}  // namespace tenon
