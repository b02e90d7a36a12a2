// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operands as floats, of which comparisons and choices are made: 0 and 1 of a mask of bool, and of
/// integers those that float32 has:
///   at.result(at.record(Select(), {as_floats(at, 0, yes.element()), yes, no}));
#include <initializer_list>

#include <tenon/io/model_file/source_node.hpp>
#include <tenon/network/indices.hpp>

namespace tenon::detail {

/// The integers of an operand, if it is a constant or known otherwise, however many; none.
inline std::optional<Known> constant_integers(const SourceNode& at, int i) {
  if (const Known* k = at.known(i)) return k->is_integer() ? std::optional(*k) : std::nullopt;
  const StoredTensor* stored = at.state.file.constant(at.input(i));
  if (!stored || stored->is_string || !Known::is_integer(stored->element)) return {};
  return known(*stored);
}

/// An operand as floats, 0 and 1 of a condition.
/// @param element floating, of what is no float yet, if its numbers are known
/// @throws Error where it is of integers that are neither indices nor known
inline Value as_floats(const SourceNode& at, int i, Element element = Element::float32) {
  if (const auto k = constant_integers(at, i))
    return at.state.parameter_of(sentence(at.node.name, ".", i, " of ",
                                          at.state.parameter_name(at.input(i))),
                                 element, k->shape, k->values);
  const Value x = at.operand(i);
  if (is_floating(x.element())) return x;
  if (!is_index(x.element()))
    at.fail(sentence("a condition that the network is given is ", text(x.element()),
                     ", which is not supported; legal: int32, int64 or a float, and Cast of it"));
  return at.record(Cast(), {x}, sentence("float", i));
}

/// The floating type of these operands, which is that of their conditions.
inline Element floating_of(const SourceNode& at, std::initializer_list<int> inputs) {
  for (int i : inputs)
    if (is_floating(at.element(i))) return at.element(i);
  return Element::float32;
}
/// Both as floats. @throws Error of integers that floats have not.
inline Vector<Value, 2> compared(const SourceNode& at) {
  const Element element = floating_of(at, {0, 1});
  Vector<Value, 2> operands;
  for (int i : {0, 1}) {
    const auto integers = constant_integers(at, i);
    for (double n : integers ? integers->values : std::vector<double>())
      if (std::fabs(n) > 16777216 && !at.is_folding())
        at.fail(sentence("it compares with ", std::to_string(Index(n)), ", but integers are "
                         "compared as float32 here; legal: from -16777216 to 16777216"));
    operands.push_back(as_floats(at, i, element));
  }
  return operands;
}

}  // namespace tenon::detail
