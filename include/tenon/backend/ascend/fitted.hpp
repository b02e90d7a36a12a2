// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the fit found (predict/fit.hpp) for the 910B and, for want of their own, for the others:
///   put_fitted(chip, Confidence::fitted);  chip.row_cycles.value == 3.4
#include <tenon/backend/ascend/chip_quantities.hpp>

namespace tenon::detail {

struct FittedNumber {
  ChipValue AscendChip::*member;
  double value;
};

inline constexpr FittedNumber fitted_numbers[] = {
    {&AscendChip::hbm_efficiency, 0.93}, {&AscendChip::l2_keeps, 0.5},
    {&AscendChip::l2_reached_rate, 88},  {&AscendChip::write_rate, 32},
    {&AscendChip::row_cycles, 3.4},      {&AscendChip::copy_cycles, 20},
    {&AscendChip::copy_start, 40},       {&AscendChip::mmad_start, 62},
    {&AscendChip::vector_start, 22},     {&AscendChip::vector_operand, 1},
    {&AscendChip::issue_cycles, 6},      {&AscendChip::launch, 2.5},
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
