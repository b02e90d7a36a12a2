// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an Ascend does not forgive, by the names of the vendor's own checker (asc-tools,
/// npu_check):
///   core 0, instruction 7 (copy on MTE2): ErrorWrite2: 300000 bytes of UB, which has 196608
#include <string>

#include <tenon/backend/ascend/chip/chip.hpp>
#include <tenon/backend/ascend/program/instruction.hpp>
#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

enum class AscendRule : std::uint8_t {
  ErrorRead1,   // memory that this pipe, or this chip, does not have
  ErrorRead2,   // never written
  ErrorRead3,   // out of bounds
  ErrorRead4,   // not aligned
  ErrorWrite1,  // as ErrorRead1
  ErrorWrite2,  // out of bounds
  ErrorWrite3,  // what nobody has read is overwritten
  ErrorWrite4,  // not aligned
  ErrorSync1,   // no barrier between instructions of a pipe that depend on each other
  ErrorSync2,   // no flag between pipes that depend on each other
  ErrorSync3,   // a flag without its other half, or a core that waits for ever
  ErrorSync4,   // an event that is set again before it was waited for, or that there is not
  Limit,        // sizes or types that the instruction does not take; no name of the vendor's
};

constexpr std::string_view text(AscendRule rule) {
  constexpr std::string_view names[] = {"ErrorRead1",  "ErrorRead2",  "ErrorRead3",  "ErrorRead4",
                                        "ErrorWrite1", "ErrorWrite2", "ErrorWrite3", "ErrorWrite4",
                                        "ErrorSync1",  "ErrorSync2",  "ErrorSync3",  "ErrorSync4",
                                        "Limit"};
  return names[int(rule)];
}
constexpr std::string_view text(AscendOp op) {
  constexpr std::string_view names[] = {"copy",      "load",     "mmad",      "take_out",
                                        "calculate", "set_flag", "wait_flag", "barrier"};
  return names[int(op)];
}

/// Thrown by what checks one instruction; the core's check says where.
struct AscendFault {
  AscendRule rule;
  std::string words;
};

}  // namespace tenon
