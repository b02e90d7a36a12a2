// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the fit found (predict/fit.hpp) for the 910B and, for want of their own, for the others:
///   put_fitted(chip, Confidence::fitted);  chip.row_cycles.value == 3.4
#include <tenon/backend/ascend/chip/chip_quantities.hpp>

namespace tenon::detail {

struct FittedNumber {
  ChipValue AscendChip::*member;
  double value;
};

inline constexpr FittedNumber fitted_numbers[] = {
    {&AscendChip::hbm_efficiency, 0.83}, {&AscendChip::l2_keeps, 0.67},
    {&AscendChip::l2_reached_rate, 88},  {&AscendChip::write_rate, 59},
    {&AscendChip::row_cycles, 3.3},      {&AscendChip::copy_cycles, 12.6},
    {&AscendChip::copy_start, 147},      {&AscendChip::mmad_start, 77.5},
    {&AscendChip::vector_start, 28.4},     {&AscendChip::vector_operand, 0.9},
    {&AscendChip::issue_cycles, 6},      {&AscendChip::launch, 1.39},
    {&AscendChip::cube_launch, 17.5},
};

inline void put_fitted(AscendChip& chip, Confidence confidence) {
  for (const ChipQuantity& quantity : chip_quantities)
    for (const FittedNumber& number : fitted_numbers)
      if (quantity.member == number.member)
        chip.*quantity.member = {number.value, std::string(quantity.unit),
                                 confidence == Confidence::fitted
                                     ? "fitted to published times of 910B1 and 910B2"
                                     : "as on 910B: no published times of this chip",
                                 confidence};
}

}  // namespace tenon::detail
