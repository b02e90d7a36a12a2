// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The sentences that plan/verdict.hpp asserts, as bools whose names compilers print.
#include <tenon/core/dims.hpp>

namespace tenon {

template <class At>
inline constexpr bool never = false;

// What must be true, with the place, the dimension (or the operand) and the two numbers.
template <class At, Index splits, Index inputs>
inline constexpr bool every_input_has_a_split = splits == inputs;
template <class At, int input, Index numbers, Index dimensions>
inline constexpr bool every_dimension_is_split = numbers == dimensions;
template <class At, int input, char dimension, Index parts>
inline constexpr bool cuts_are_positive = parts > 0;
template <class At, char dimension, Index first, Index second>
inline constexpr bool inputs_are_cut_alike = first == second;
template <class At, char dimension, Index parts>
inline constexpr bool dimension_stays_whole = parts == 1;
template <class At, int input, char dimension, Index parts>
inline constexpr bool repeated_dimension_stays_whole = parts == 1;
template <class At, Index cut_over, Index devices>
inline constexpr bool enough_devices = !(devices < cut_over || devices % cut_over);
template <class At, char dimension, Index parts, Index sums>
inline constexpr bool output_takes_the_sums = never<At>;
template <class At, Index size, Index parts>
inline constexpr bool divides_evenly = size % parts == 0;
template <class At, Index needed, Index memory>
inline constexpr bool memory_is_enough = needed <= memory;
template <class At, Index smallest, Index memory>
inline constexpr bool found_fits = smallest <= memory;
template <class At, Index asked, Index most>
inline constexpr bool compiler_can_search = asked <= most;
template <class At, Index operators, Index with_strategy>
inline constexpr bool an_operator_has_a_strategy = with_strategy > 0;
template <class At, char dimension, Index first, Index second>
inline constexpr bool sizes_agree = first == second;
template <class At, int input, Index dimensions, Index expected>
inline constexpr bool operand_has_the_rank = dimensions == expected;
template <class At, Index axis, Index dimensions>
inline constexpr bool axis_exists = never<At>;
template <class At, Index elements, Index asked>
inline constexpr bool keeps_all_elements = elements == asked;
template <class At, char dimension, Index first, Index second>
inline constexpr bool parameter_has_one_shape = first == second;
template <class At, Index operands, Index expected>
inline constexpr bool operands_are_all_there = operands == expected;
template <class At, Index inputs, Index expected>
inline constexpr bool construct_takes_the_inputs = inputs == expected;
template <class At, int input>
inline constexpr bool elements_fit_the_operator = never<At>;
template <class At, char dimension, Index window, Index input>
inline constexpr bool window_fits = window > 0 && window <= input;
template <class At, Index number, Index smallest>
inline constexpr bool number_is_large_enough = number >= smallest;
template <class At, Index stage, Index of_its_operand>
inline constexpr bool stage_goes_on = stage >= of_its_operand;
template <class At, Index stage, Index stages>
inline constexpr bool stage_has_a_layer = never<At>;
template <class At, Index ranks, Index stages>
inline constexpr bool stages_divide_the_ranks = ranks > 0 && ranks % stages == 0;
template <class At, Index tensors, Index outputs>
inline constexpr bool tensors_are_outputs = tensors <= outputs;
template <class At, char dimension, Index value, Index axes>
inline constexpr bool axis_is_in_the_device_matrix = value >= -1 && value < axes;
template <class At, char dimension, Index axis>
inline constexpr bool axis_cuts_once = never<At>;
template <class At, Index entries, Index dimensions>
inline constexpr bool map_covers_every_dimension = entries == dimensions;
template <class At, Index product, Index devices>
inline constexpr bool device_matrix_has_all_devices = product == devices;
template <class At, Index size>
inline constexpr bool axis_has_ranks = size > 0;
template <class At, int input, char dimension, Index size, Index parts>
inline constexpr bool blocks_are_equal = size % parts == 0;
template <class At, int input, char dimension, Index parts>
inline constexpr bool cut_is_a_power_of_two = (parts & (parts - 1)) == 0;

}  // namespace tenon
