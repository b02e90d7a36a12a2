// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The chips that are known, by name:  ascend_chip("ascend910b1").cube_cores.value == 24
#include <vector>

#include <tenon/backend/ascend/chip/ascend310p.hpp>
#include <tenon/backend/ascend/chip/ascend910b2.hpp>

namespace tenon {

inline std::vector<AscendChip> ascend_chips() {
  return {Ascend910(), Ascend910B1(), Ascend910B2(), Ascend310P()};
}

/// @throws Error that names those that there are.
inline AscendChip ascend_chip(std::string_view name) {
  std::string known;
  for (const AscendChip& chip : ascend_chips()) {
    if (chip.name == name) return chip;
    known += (known.empty() ? "" : ", ") + chip.name;
  }
  throw Error(sentence("there is no chip ", name, ": choose one of ", known, ", or a .json file"));
}

}  // namespace tenon
