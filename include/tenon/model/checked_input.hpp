// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a caller gives and takes of a network in C++, checked against its plan:
///   checked_input(plan.buffer(plan.inputs[0]), rank, x) is x.data(), or an Error with the numbers
#include <span>
#include <string>

#include <tenon/plan/plan.hpp>

namespace tenon::detail {

inline void check_element(const Buffer& buffer, Element element, std::string_view what) {
  if (buffer.element == element) return;
  throw Error(std::string("the ")
                  .append(what)
                  .append(" is of ")
                  .append(text(buffer.element))
                  .append(", not of ")
                  .append(text(element)));
}

template <class T, std::size_t extent>
const void* checked_input(const Buffer& buffer, Index rank, std::span<T, extent> input) {
  check_element(buffer, element_of<std::remove_const_t<T>>, "input");
  const Index expected = volume(buffer.distribution.box(rank));
  if (Index(input.size()) == expected) return input.data();
  throw Error(std::string("an input of ")
                  .append(std::to_string(input.size()))
                  .append(" elements was given, this rank's block of ")
                  .append(text(buffer.distribution.shape))
                  .append(" has ")
                  .append(std::to_string(expected)));
}

/// How many rows a whole input of so many elements has; 0: as compiled.
inline Index rows_of(const Distribution& compiled, std::size_t elements) {
  const Dims& shape = compiled.shape;
  const Index row = shape.empty() || shape[0] == 0 ? 0 : product(shape) / shape[0];
  if (compiled.parts(0) > 1 || row == 0) return 0;
  if (elements && Index(elements) % row == 0) return Index(elements) / row;
  throw Error(std::string("an input of ")
                  .append(std::to_string(elements))
                  .append(" elements is not made of rows of ")
                  .append(std::to_string(row)));
}

}  // namespace tenon::detail
