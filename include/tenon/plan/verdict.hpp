// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A Finding as one assertion of the compiler, in the words of layout/finding.hpp:
///   error: static assertion failed: tenon: illegal strategy: the inputs cut a shared dimension ...
#include <tenon/layout/finding.hpp>
#include <tenon/plan/conditions.hpp>
#include <tenon/plan/where.hpp>

namespace tenon {

/// True, or one error. A function, because clang 14 goes on complaining about a class whose
/// assertion failed.
template <class At, Mistake mistake, int o, char d, Index a, Index b>
constexpr bool verdict() {
  if constexpr (mistake == Mistake::inputs_without_split)
    static_assert(every_input_has_a_split<At, a, b>,
                  "tenon: illegal strategy: it has not one split for each input");
  if constexpr (mistake == Mistake::split_of_other_rank)
    static_assert(
        every_dimension_is_split<At, o, a, b>,
        "tenon: illegal strategy: a split has not one number for each dimension of its input");
  if constexpr (mistake == Mistake::cut_not_positive)
    static_assert(cuts_are_positive<At, o, d, a>,
                  "tenon: illegal strategy: a dimension is cut into less than one part");
  if constexpr (mistake == Mistake::inputs_cut_differently)
    static_assert(inputs_are_cut_alike<At, d, a, b>,
                  "tenon: illegal strategy: the inputs cut a shared dimension differently");
  if constexpr (mistake == Mistake::whole_dimension_cut)
    static_assert(dimension_stays_whole<At, d, a>,
                  "tenon: illegal strategy: a dimension is cut that the operator needs whole");
  if constexpr (mistake == Mistake::size_one_cut)
    static_assert(repeated_dimension_stays_whole<At, o, d, a>,
                  "tenon: illegal strategy: a dimension of size one that is repeated for the other "
                  "input is cut");
  if constexpr (mistake == Mistake::too_many_devices)
    static_assert(
        enough_devices<At, a, b>,
        "tenon: illegal strategy: the devices are not a multiple of those that it cuts over");
  if constexpr (mistake == Mistake::illegal_output_split)
    static_assert(output_takes_the_sums<At, d, a, b>,
                  "tenon: illegal strategy: the output's split is neither that of its sums nor "
                  "their scattering");
  if constexpr (mistake == Mistake::cut_reshaped_unevenly)
    static_assert(divides_evenly<At, a, b>,
                  "tenon: illegal strategy: a reshape moves a cut that does not divide the sizes");
  if constexpr (mistake == Mistake::memory_too_small)
    static_assert(memory_is_enough<At, a, b>,
                  "tenon: illegal strategy: no way to cut the network fits the memory of a device");
  if constexpr (mistake == Mistake::nothing_found_fits)
    static_assert(found_fits<At, a, b>,
                  "tenon: illegal strategy: nothing was found that fits the memory of a device");
  if constexpr (mistake == Mistake::search_too_large)
    static_assert(
        compiler_can_search<At, a, b>,
        "tenon: illegal strategy: the compiler is asked to search through too many operators");
  if constexpr (mistake == Mistake::nothing_to_propagate)
    static_assert(an_operator_has_a_strategy<At, a, b>,
                  "tenon: illegal strategy: sharding_propagation starts from operators that have a "
                  "strategy");
  if constexpr (mistake == Mistake::sizes_differ)
    static_assert(
        sizes_agree<At, d, a, b>,
        "tenon: illegal network: two operands have different sizes in a shared dimension");
  if constexpr (mistake == Mistake::other_rank)
    static_assert(operand_has_the_rank<At, o, a, b>,
                  "tenon: illegal network: an operand has another number of dimensions than the "
                  "operator takes");
  if constexpr (mistake == Mistake::no_such_axis)
    static_assert(axis_exists<At, a, b>,
                  "tenon: illegal network: an axis is named that the operand has not");
  if constexpr (mistake == Mistake::reshape_of_other_size)
    static_assert(keeps_all_elements<At, a, b>,
                  "tenon: illegal network: a reshape changes the number of elements");
  if constexpr (mistake == Mistake::parameter_differs)
    static_assert(parameter_has_one_shape<At, d, a, b>,
                  "tenon: illegal network: two layers use one parameter with different shapes");
  if constexpr (mistake == Mistake::other_operands)
    static_assert(
        operands_are_all_there<At, a, b>,
        "tenon: illegal network: an operator has another number of operands than it takes");
  if constexpr (mistake == Mistake::other_inputs)
    static_assert(
        construct_takes_the_inputs<At, a, b>,
        "tenon: illegal network: construct takes another number of inputs than it is given");
  if constexpr (mistake == Mistake::other_element)
    static_assert(elements_fit_the_operator<At, o>,
                  "tenon: illegal network: an operand's elements are of another type than the "
                  "operator takes");
  if constexpr (mistake == Mistake::window_does_not_fit)
    static_assert(window_fits<At, d, a, b>,
                  "tenon: illegal network: a window does not fit into its input");
  if constexpr (mistake == Mistake::number_too_small)
    static_assert(number_is_large_enough<At, a, b>,
                  "tenon: illegal network: an operator is told a number that is too small");
  if constexpr (mistake == Mistake::stage_goes_back)
    static_assert(stage_goes_on<At, a, b>,
                  "tenon: illegal pipeline: a layer is in a stage before that of what it reads");
  if constexpr (mistake == Mistake::stage_left_out)
    static_assert(stage_has_a_layer<At, a, b>,
                  "tenon: illegal pipeline: a stage before that of a layer has no layer");
  if constexpr (mistake == Mistake::stages_do_not_divide)
    static_assert(stages_divide_the_ranks<At, a, b>,
                  "tenon: illegal pipeline: the ranks are not a multiple of the stages");
  if constexpr (mistake == Mistake::too_many_sent)
    static_assert(tensors_are_outputs<At, a, b>,
                  "tenon: illegal pipeline: more tensors leave a stage than a plan has outputs");
  if constexpr (mistake == Mistake::map_value_out_of_range)
    static_assert(
        axis_is_in_the_device_matrix<At, d, a, b>,
        "tenon: illegal layout: a tensor map names an axis that the device matrix has not");
  if constexpr (mistake == Mistake::axis_used_twice)
    static_assert(axis_cuts_once<At, d, a>,
                  "tenon: illegal layout: an axis of the device matrix cuts twice");
  if constexpr (mistake == Mistake::map_of_other_rank)
    static_assert(map_covers_every_dimension<At, a, b>,
                  "tenon: illegal layout: a tensor map has not one entry for each dimension");
  if constexpr (mistake == Mistake::device_count_differs)
    static_assert(device_matrix_has_all_devices<At, a, b>,
                  "tenon: illegal layout: a device matrix is not made of all devices");
  if constexpr (mistake == Mistake::axis_without_ranks)
    static_assert(axis_has_ranks<At, a>,
                  "tenon: illegal layout: an axis of the device matrix has less than one rank");
  if constexpr (mistake == Mistake::does_not_divide)
    static_assert(blocks_are_equal<At, o, d, a, b>,
                  "tenon: illegal strategy: MindSpore cuts only into equal blocks");
  if constexpr (mistake == Mistake::no_power_of_two)
    static_assert(cut_is_a_power_of_two<At, o, d, a>,
                  "tenon: illegal strategy: MindSpore cuts only by powers of two when the devices "
                  "are one");
  return true;
}

}  // namespace tenon
