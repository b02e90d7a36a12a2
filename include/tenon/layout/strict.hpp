// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What MindSpore refuses of a strategy, in its order: its blocks are equal, its cuts powers of
/// two.
///   strict(e, {{2, 1}, {1, 3}}, shapes of 32 x 784 by 784 x 512, ...) is does_not_divide
/// MindSpore: CheckStrategyByVector, the CheckStrategy and CheckOutputStrategy of the
/// OperatorInfos, InferRepeatedCalcInfo.
#include <tenon/core/list.hpp>
#include <tenon/layout/arrangement.hpp>

namespace tenon {

constexpr bool is_power_of_two(Index n) { return n > 0 && (n & (n - 1)) == 0; }

namespace detail {

/// One number for each dimension; each above zero, a divisor, and a power of two if the devices of
/// the whole cluster are one (not those of the stage).
constexpr void object_to_values(List<Finding>& found, int operand, const Dims& split,
                                const Dims& shape, Index total_devices) {
  if (split.size() != shape.size())
    return found.push_back(
        {Mistake::split_of_other_rank, {}, operand, 0, split.size(), shape.size()});
  for (int d = 0; d < split.size(); ++d) {
    const char dimension = char('0' + d);
    if (split[d] < 1)
      found.push_back({Mistake::cut_not_positive, {}, operand, dimension, split[d]});
    else if (shape[d] % split[d])
      found.push_back({Mistake::does_not_divide, {}, operand, dimension, shape[d], split[d]});
    else if (is_power_of_two(total_devices) && !is_power_of_two(split[d]))
      found.push_back({Mistake::no_power_of_two, {}, operand, dimension, split[d]});
  }
}

/// Whole dimensions and shared letters; of the latter the summed ones first, as MatMul does.
/// Returns how many devices the cuts are over.
constexpr Index object_to_letters(List<Finding>& found, const Equation& e,
                                  const Vector<Term, 4>& terms, const Splits& splits) {
  Index used = 1;
  for (const bool summed : {true, false}) {
    Vector<char, 16> letters;
    Axes parts;
    for (int i = 0; i < terms.size(); ++i)
      for (int d = 0; d < terms[i].size(); ++d) {
        const EquationAxis axis = terms[i][d];
        const Index cut = splits.inputs[i][d];
        if (!axis.letter || axis.repeated ||
            summed != (dimension_of(e.outputs[0], axis.letter) < 0))
          continue;
        if (!may_be_cut(axis.letter) && cut > 1)
          found.push_back({Mistake::whole_dimension_cut, {}, i, axis.letter, cut});
        for (int k = 0; k < letters.size(); ++k)
          if (letters[k] == axis.letter && parts[k] != cut)
            found.push_back({Mistake::inputs_cut_differently, {}, i, axis.letter, parts[k], cut});
        if (contains(letters, axis.letter)) continue;
        letters.push_back(axis.letter);
        parts.push_back(cut);
      }
    used *= product(parts);
  }
  return used;
}

/// An output split: the rows as the inputs cut them, or cut by the sums as well.
constexpr void object_to_output(List<Finding>& found, const Equation& e, const Arrangement& a,
                                const Splits& splits, const Dims& result, Index total_devices) {
  const Dims& split = splits.output;
  if (!e.takes_output_split)
    return found.push_back({Mistake::illegal_output_split, {}, -1, '0', split[0], 1});
  const std::size_t before = found.size();
  object_to_values(found, -1, split, result, total_devices);
  if (found.size() > before || a.finding) return;
  Index sums = 1;
  for (int i = 0; i < a.letters.size(); ++i)
    if (dimension_of(e.outputs[0], a.letters[i]) < 0) sums *= a.parts[i];
  for (int d = split.size() - 1; d >= 0; --d) {
    const Index parts = a.parts_of(e.outputs[0][d].letter);
    if (split[d] != parts && (d > 0 || split[d] != parts * sums))
      found.push_back({Mistake::illegal_output_split, {}, -1, char('0' + d), split[d], sums});
  }
}

}  // namespace detail

/// Everything that MindSpore could object to, first what it says.
/// @param devices of the stage; @param total_devices of the cluster
constexpr List<Finding> objections(const Equation& e, const Splits& splits,
                                   const Vector<Dims, 4>& shapes, const Dims& result, Index devices,
                                   Index total_devices) {
  List<Finding> found;
  Vector<Term, 4> terms = e.inputs;
  Vector<Dims, 4> stated_of = shapes;
  if (e.split_is_outputs) terms = {e.outputs[0]}, stated_of = {result};
  if (splits.inputs.size() != terms.size()) {
    found.push_back({Mistake::inputs_without_split, {}, -1, 0, splits.inputs.size(), terms.size()});
    return found;
  }
  bool complete = true;  // enough to look at letters
  for (int i = 0; i < terms.size(); ++i) {
    detail::object_to_values(found, i, splits.inputs[i], stated_of[i], total_devices);
    complete = complete && splits.inputs[i].size() == terms[i].size();
  }
  for (const Dims& split : splits.inputs)
    for (Index parts : split) complete = complete && parts > 0;
  if (!complete) return found;
  const Index used = detail::object_to_letters(found, e, terms, splits);
  if (e.refused) found.push_back(e.refused);
  const Arrangement a = arrange(e, splits, devices);
  if (!splits.output.empty()) detail::object_to_output(found, e, a, splits, result, total_devices);
  if (devices % used) found.push_back({Mistake::too_many_devices, {}, -1, 0, used, devices});
  return found;
}

/// What MindSpore says first, or nothing.
constexpr Finding strict(const Equation& e, const Splits& splits, const Vector<Dims, 4>& shapes,
                         const Dims& result, Index devices, Index total_devices) {
  const List<Finding> found = objections(e, splits, shapes, result, devices, total_devices);
  return found.empty() ? Finding{} : found[0];
}

}  // namespace tenon
