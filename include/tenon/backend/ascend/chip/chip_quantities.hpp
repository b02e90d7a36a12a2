// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The names and units of a chip's numbers, for its file and its checks:
///   quantity{"l0c", &AscendChip::l0c, "bytes"}
#include <cmath>
#include <iterator>
#include <string_view>

#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

struct ChipQuantity {
  std::string_view name;
  ChipValue AscendChip::*member;
  std::string_view unit;
  bool may_be_zero = false;
};

namespace detail {
inline constexpr std::string_view per_core = "bytes/cycle/core", cycles = "cycles";
}

inline constexpr ChipQuantity chip_quantities[] = {
    {"separate_cores", &AscendChip::separate_cores, "yes=1", true},
    {"fix_pipe", &AscendChip::fix_pipe, "yes=1", true},
    {"nd_to_nz", &AscendChip::nd_to_nz, "yes=1", true},
    {"cube_float32", &AscendChip::cube_float32, "yes=1", true},
    {"clock", &AscendChip::clock, "GHz"},
    {"cube_cores", &AscendChip::cube_cores, "cores"},
    {"vector_cores", &AscendChip::vector_cores, "cores"},
    {"l1", &AscendChip::l1, "bytes"},
    {"l0a", &AscendChip::l0a, "bytes"},
    {"l0b", &AscendChip::l0b, "bytes"},
    {"l0c", &AscendChip::l0c, "bytes"},
    {"ub", &AscendChip::ub, "bytes"},
    {"bt", &AscendChip::bt, "bytes", true},
    {"ub_reserved", &AscendChip::ub_reserved, "bytes", true},
    {"queue_depth", &AscendChip::queue_depth, "instructions"},
    {"events", &AscendChip::events, "events"},
    {"mmad_limit", &AscendChip::mmad_limit, "numbers"},
    {"macs_float16", &AscendChip::macs_float16, "MAC/cycle"},
    {"macs_int8", &AscendChip::macs_int8, "MAC/cycle"},
    {"macs_float32", &AscendChip::macs_float32, "MAC/cycle", true},
    {"vector_bytes", &AscendChip::vector_bytes, detail::per_core},
    {"load_a_rate", &AscendChip::load_a_rate, detail::per_core},
    {"load_b_rate", &AscendChip::load_b_rate, detail::per_core},
    {"load_latency", &AscendChip::load_latency, detail::cycles},
    {"load_image_latency", &AscendChip::load_image_latency, detail::cycles},
    {"exit_rate", &AscendChip::exit_rate, "numbers/cycle"},
    {"exit_latency", &AscendChip::exit_latency, detail::cycles},
    {"hbm", &AscendChip::hbm, "bytes"},
    {"hbm_rate", &AscendChip::hbm_rate, "GB/s"},
    {"l2", &AscendChip::l2, "bytes"},
    {"l2_read_rate", &AscendChip::l2_read_rate, detail::per_core},
    {"gm_rate", &AscendChip::gm_rate, detail::per_core},
    {"hccs_links", &AscendChip::hccs_links, "links", true},
    {"hccs_rate", &AscendChip::hccs_rate, "GB/s", true},
    {"roce_rate", &AscendChip::roce_rate, "GB/s", true},
    {"pcie_rate", &AscendChip::pcie_rate, "GB/s", true},
    {"hbm_efficiency", &AscendChip::hbm_efficiency, "share"},
    {"l2_keeps", &AscendChip::l2_keeps, "share", true},
    {"l2_reached_rate", &AscendChip::l2_reached_rate, detail::per_core},
    {"write_rate", &AscendChip::write_rate, detail::per_core},
    {"row_cycles", &AscendChip::row_cycles, detail::cycles, true},
    {"copy_cycles", &AscendChip::copy_cycles, detail::cycles, true},
    {"copy_start", &AscendChip::copy_start, detail::cycles, true},
    {"mmad_start", &AscendChip::mmad_start, detail::cycles, true},
    {"vector_start", &AscendChip::vector_start, detail::cycles, true},
    {"vector_operand", &AscendChip::vector_operand, detail::cycles},
    {"issue_cycles", &AscendChip::issue_cycles, detail::cycles, true},
    {"launch", &AscendChip::launch, "us", true},
    {"cube_launch", &AscendChip::cube_launch, "us", true},
};

/// @throws Error that names the chip and the number: of the wrong unit, negative, zero where that
/// cannot be, no number, without a source.
inline void check(const AscendChip& chip) {
  if (chip.name.empty()) throw Error("a chip has a name");
  for (const ChipQuantity& quantity : chip_quantities) {
    const ChipValue& value = chip.*quantity.member;
    const std::string what = sentence("chip ", chip.name, ", ", quantity.name, ": ");
    if (value.unit != quantity.unit)
      throw Error(sentence(what, "its unit is ", quantity.unit, ", not ",
                           value.unit.empty() ? std::string("none") : value.unit));
    if (!std::isfinite(value.value) || value.value < 0 ||
        (value.value == 0 && !quantity.may_be_zero))
      throw Error(sentence(what, std::to_string(value.value), " instead of a number ",
                           quantity.may_be_zero ? "not below" : "above", " 0"));
    if (value.source.empty()) throw Error(sentence(what, "its source is not said"));
    const bool counts = quantity.unit == "bytes" || quantity.unit == "cores" ||
                        quantity.unit == "events" || quantity.unit == "instructions" ||
                        quantity.unit == "numbers" || quantity.unit == "links";
    if (counts && (value.value != std::floor(value.value) || value.value > 0x1p53))
      throw Error(sentence(what, std::to_string(value.value), " instead of a whole number"));
    if (quantity.unit == "yes=1" && value.value != 0 && value.value != 1)
      throw Error(sentence(what, std::to_string(value.value), " instead of 0 or 1"));
  }
}

}  // namespace tenon
