// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What may be wrong with a strategy, a network or a layout, and how it reads:
///   wording(Mistake::sizes_differ).sentence
#include <cstdint>
#include <string_view>

namespace tenon {

enum class Mistake : std::uint8_t {
  none,
  // of a strategy
  inputs_without_split,
  split_of_other_rank,
  cut_not_positive,
  inputs_cut_differently,
  whole_dimension_cut,
  size_one_cut,
  too_many_devices,
  illegal_output_split,
  cut_reshaped_unevenly,
  memory_too_small,
  nothing_found_fits,
  search_too_large,
  nothing_to_propagate,
  // of a network
  sizes_differ,
  other_rank,
  no_such_axis,
  reshape_of_other_size,
  parameter_differs,
  other_operands,
  other_inputs,
  other_element,
  window_does_not_fit,
  number_too_small,
  // of a pipeline
  stage_goes_back,
  stage_left_out,
  stages_do_not_divide,
  too_many_sent,
  // of a layout
  map_value_out_of_range,
  axis_used_twice,
  map_of_other_rank,
  device_count_differs,
  axis_without_ranks,
  // what only MindSpore refuses
  does_not_divide,
  no_power_of_two,
};

/// How a mistake reads: "tenon: illegal <subject>: <sentence>: <where>, <detail>; legal: <legal>".
/// %d is the dimension, %o the operand, %a and %b the two numbers.
struct Wording {
  std::string_view subject, sentence, detail, legal;
};

constexpr Wording wording(Mistake mistake) {
  switch (mistake) {
    case Mistake::none: return {};
    case Mistake::inputs_without_split:
      return {"strategy", "it has not one split for each input", "splits: %a, inputs: %b",
              "%b splits"};
    case Mistake::split_of_other_rank:
      return {"strategy", "a split has not one number for each dimension of its input",
              "input %o: numbers: %a, dimensions: %b", "%b numbers"};
    case Mistake::cut_not_positive:
      return {"strategy", "a dimension is cut into less than one part",
              "input %o, dimension %d: parts: %a", "1 or more"};
    case Mistake::inputs_cut_differently:
      return {"strategy", "the inputs cut a shared dimension differently",
              "dimension %d: %a and %b", "equal cuts"};
    case Mistake::whole_dimension_cut:
      return {"strategy", "a dimension is cut that the operator needs whole",
              "dimension %d: parts: %a", "1 part"};
    case Mistake::size_one_cut:
      return {"strategy", "a dimension of size one that is repeated for the other input is cut",
              "input %o, dimension %d: parts: %a", "1 part"};
    case Mistake::too_many_devices:
      return {"strategy", "the devices are not a multiple of those that it cuts over",
              "cuts over: %a, devices: %b", "strategies whose product divides %b"};
    case Mistake::illegal_output_split:
      return {"strategy", "the output's split is neither that of its sums nor their scattering",
              "dimension %d: parts: %a, of the sums: %b",
              "the inputs' cuts, with the summed ones on dimension 0 or not"};
    case Mistake::cut_reshaped_unevenly:
      return {"strategy", "a reshape moves a cut that does not divide the sizes",
              "size: %a, parts: %b", "parts that divide both sizes"};
    case Mistake::memory_too_small:
      return {"strategy", "no way to cut the network fits the memory of a device",
              "bytes needed at least: %a, memory: %b", "more devices, or devices with more memory"};
    case Mistake::nothing_found_fits:
      return {"strategy", "nothing was found that fits the memory of a device",
              "not all ways were looked at; bytes of the smallest of those: %a, memory: %b",
              "more devices, devices with more memory, dynamic_programming, or a larger beam"};
    case Mistake::search_too_large:
      return {"strategy", "the compiler is asked to search through too many operators",
              "operators times devices: %a, it takes: %b",
              "Auto up to that; else `tenon-explain --auto`, and the strategies that it prints"};
    case Mistake::nothing_to_propagate:
      return {"strategy", "sharding_propagation starts from operators that have a strategy",
              "operators: %a, with a strategy: %b",
              "shard() for one of them, or another search mode"};
    case Mistake::sizes_differ:
      return {"network", "two operands have different sizes in a shared dimension",
              "dimension %d: %a and %b", "equal sizes"};
    case Mistake::other_rank:
      return {"network", "an operand has another number of dimensions than the operator takes",
              "input %o: dimensions: %a, expected: %b", "%b dimensions"};
    case Mistake::no_such_axis:
      return {"network", "an axis is named that the operand has not", "axis: %a, dimensions: %b",
              "-%b to %b - 1"};
    case Mistake::reshape_of_other_size:
      return {"network", "a reshape changes the number of elements", "elements: %a, asked for: %b",
              "shapes of %a elements"};
    case Mistake::parameter_differs:
      return {"network", "two layers use one parameter with different shapes",
              "dimension %d: %a and %b", "one shape, or two names"};
    case Mistake::other_operands:
      return {"network", "an operator has another number of operands than it takes",
              "operands: %a, expected: %b", "%b operands"};
    case Mistake::other_inputs:
      return {"network", "construct takes another number of inputs than it is given",
              "inputs: %a, construct takes: %b", "%b inputs"};
    case Mistake::other_element:
      return {"network", "an operand's elements are of another type than the operator takes",
              "input %o", "integers as indices, one floating type for the rest"};
    case Mistake::window_does_not_fit:
      return {"network", "a window does not fit into its input",
              "dimension %d: window: %a, input with its padding: %b", "windows of 1 to %b"};
    case Mistake::number_too_small:
      return {"network", "an operator is told a number that is too small",
              "number: %a, smallest: %b", "%b or more"};
    case Mistake::stage_goes_back:
      return {"pipeline", "a layer is in a stage before that of what it reads",
              "stage: %a, of its operand: %b", "stage %b or a later one"};
    case Mistake::stage_left_out:
      return {"pipeline", "a stage before that of a layer has no layer", "stage: %a, stages: %b",
              "a layer in every stage from 0 to the last"};
    case Mistake::stages_do_not_divide:
      return {"pipeline", "the ranks are not a multiple of the stages", "ranks: %a, stages: %b",
              "a multiple of %b ranks"};
    case Mistake::too_many_sent:
      return {"pipeline", "more tensors leave a stage than a plan has outputs",
              "tensors: %a, outputs: %b", "at most %b"};
    case Mistake::map_value_out_of_range:
      return {"layout", "a tensor map names an axis that the device matrix has not",
              "dimension %d: value: %a, axes: %b", "-1 to %b - 1"};
    case Mistake::axis_used_twice:
      return {"layout", "an axis of the device matrix cuts twice", "dimension %d: %a",
              "each axis once"};
    case Mistake::map_of_other_rank:
      return {"layout", "a tensor map has not one entry for each dimension",
              "entries: %a, dimensions: %b", "%b entries"};
    case Mistake::device_count_differs:
      return {"layout", "a device matrix is not made of all devices",
              "its product: %a, devices: %b", "a product of %b"};
    case Mistake::axis_without_ranks:
      return {"layout", "an axis of the device matrix has less than one rank", "its size: %a",
              "1 or more"};
    case Mistake::does_not_divide:
      return {"strategy", "MindSpore cuts only into equal blocks",
              "input %o, dimension %d: size: %a, parts: %b", "parts that divide %a"};
    case Mistake::no_power_of_two:
      return {"strategy", "MindSpore cuts only by powers of two when the devices are one",
              "input %o, dimension %d: parts: %a", "1, 2, 4, 8, ..."};
  }
  return {};
}

}  // namespace tenon
