// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Ascend 310P (Atlas inference series): the cores of a 910, eight of them, on slower memory.
/// Its times are not validated.
///   Ascend310P().cube_cores.value == 8
#include <tenon/backend/ascend/chip/ascend910.hpp>

namespace tenon {

inline AscendChip Ascend310P() {
  using enum Confidence;
  const std::string brief = "140 TOPS of int8 in the product brief, 8 cores of 16384 a cycle";
  const std::string cards = "Atlas 300I Pro: 24 GB of LPDDR4X, 204.8 GB/s";
  const std::string none = "no such link";
  AscendChip c = Ascend910();
  c.name = "ascend310p";
  c.clock = {1.08, "GHz", brief, low};
  c.cube_cores = {8, "cores", brief, medium};
  c.vector_cores = {8, "cores", brief, low};
  c.hbm = {24 * 0x1p30, "bytes", cards, medium};
  c.hbm_rate = {204.8, "GB/s", cards, medium};
  c.l2 = {0x1p24, "bytes", "recalled", low};
  c.l2_read_rate = {93.75, "bytes/cycle/core", "as on 910", assumed};
  c.gm_rate = {23.7, "bytes/cycle/core", "204.8 GB/s over 8 cores", low};
  c.hccs_links = {0, "links", none, medium};
  c.hccs_rate = {0, "GB/s", none, medium};
  c.roce_rate = {0, "GB/s", none, medium};
  return c;
}

}  // namespace tenon
