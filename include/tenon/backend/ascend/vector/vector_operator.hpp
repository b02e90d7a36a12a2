// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a network's operator is to the vector pipe, and where its operands' numbers come from:
///   auto x = vector_operator("Softmax", shapes, {8, 1000}, attributes, Element::float16);
///   x->task.rows == 8;  x->sources[0].input == 0
/// Add and its like with operands that are repeated are of rows and columns where that fits; what
/// is repeated otherwise is repeated in memory first.
#include <optional>

#include <tenon/backend/ascend/vector/line_functions.hpp>
#include <tenon/core/kernel.hpp>
#include <tenon/core/region.hpp>

namespace tenon {

/// An input's numbers in their order, strides of 0 where they are repeated.
struct VectorSource {
  int input = 0;
  Region from;
};

struct VectorOperator {
  AscendVector task;
  std::vector<VectorSource> sources;  // of each operand
};

namespace detail {

/// An operand against the result's dimensions; BiasAdd's and PReLU's second along dimension 1.
inline Region along_result(std::string_view op, int which, const Dims& own, const Dims& result) {
  const bool channel = which == 1 && (op == "BiasAdd" || op == "PReLU") && own.size() == 1;
  const int offset = channel && result.size() > 1 ? 1 : result.size() - own.size();
  const Dims steps = strides(own);
  Region r{0, result, Dims::filled(result.size(), 0)};
  for (int d = 0; d < own.size(); ++d)
    if (own[d] == result[d + offset]) r.strides[d + offset] = steps[d];
  return r;
}

/// From which dimension on it is whole (its like along a line), or up to which (one number a line).
struct Repetition {
  VectorExtent extent;
  Index line;  // numbers of a line
};
inline std::optional<Repetition> repetition(const Region& r) {
  const int rank = r.sizes.size();
  int first = 0, last = rank;  // the dimensions in which it is whole
  while (first < rank && (r.sizes[first] == 1 || r.strides[first] == 0)) ++first;
  while (last > first && (r.sizes[last - 1] == 1 || r.strides[last - 1] == 0)) --last;
  Index before = 1, inside = 1, behind = 1;
  for (int d = 0; d < rank; ++d) {
    if (d >= first && d < last && r.sizes[d] != 1 && r.strides[d] == 0) return {};
    (d < first ? before : d < last ? inside : behind) *= r.sizes[d];
  }
  if (before == 1 && behind == 1) return Repetition{VectorExtent::whole, 0};
  if (before == 1) return Repetition{VectorExtent::line, behind};
  if (behind == 1) return Repetition{VectorExtent::along, inside};
  return {};
}

inline std::optional<VectorOperator> element_operator(const ElementFunction& f, std::string_view op,
                                                      std::span<const Dims> inputs,
                                                      const Dims& result, Element element) {
  VectorOperator x;
  VectorBuilder w;
  const Index all = product(result);
  Index line = 0;
  int values[2] = {-1, -1};
  for (int i = 0; i < f.operands; ++i) {
    Region from = along_result(op, i, inputs[std::size_t(i)], result);
    const auto found = repetition(from);
    VectorExtent extent = VectorExtent::whole;
    if (i == 1 && found && found->extent != VectorExtent::whole) {
      extent = found->extent;
      line = found->line;
      from = {0, {product(inputs[1])}, {1}};
    }
    values[i] = w.operand(extent);
    x.sources.push_back({i, from});
  }
  f.write(w, values[0], values[1]);
  x.task = std::move(w.task);
  x.task.rows = line ? all / line : 1;
  x.task.columns = line ? line : all;
  x.task.element = x.task.result = element;
  x.task.work = work_element(x.task, element);
  return x;
}

/// The axes of a function of lines; of LayerNorm from its first on.
inline Dims line_axes(std::string_view op, const Dims& shape, const Attributes& attributes,
                      bool reduces) {
  const Index rank = shape.size();
  Dims axes;
  for (int i = reduces ? 1 : 0; i < attributes.integers.size(); ++i) {
    const Index axis = attributes.integers[i];
    axes.push_back(axis < 0 ? axis + rank : axis);
  }
  if (op == "LayerNorm")
    for (Index d = axes[0] + 1; d < rank; ++d) axes.push_back(d);
  if (axes.empty())
    for (Index d = 0; d < rank; ++d) axes.push_back(d);
  return axes;
}

inline std::optional<VectorOperator> line_operator(const LineFunction& f, std::string_view op,
                                                   std::span<const Dims> inputs,
                                                   const Attributes& attributes, Element element) {
  const Dims& shape = inputs[0];
  const Dims axes = line_axes(op, shape, attributes, f.reduces);
  Index outer = 1, line = 1, inner = 1;
  for (int d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    if (!contains(axes, Index(d))) (line == 1 ? outer : inner) *= shape[d];
    else if (inner > 1) return {};  // axes that do not lie beside each other
    else line *= shape[d];
  }
  if (line == 1) outer *= inner, inner = 1;
  const bool scales = op == "LayerNorm";
  for (std::size_t i = 1; scales && i < 3; ++i)
    if (product(inputs[i]) != line) return {};
  VectorOperator x;
  x.task = line_task(f, outer, line, inner, element,
                     attributes.reals.empty() ? 0 : attributes.reals[0], scales);
  for (int i = 0; i < (scales ? 3 : 1); ++i)
    x.sources.push_back({i, {0, {product(inputs[std::size_t(i)])}, {1}}});
  return x;
}

}  // namespace detail

/// @param inputs, result  shapes; @param element of all numbers in gm
/// @return none: nothing to do, or left to its law
inline std::optional<VectorOperator> vector_operator(std::string_view op,
                                                     std::span<const Dims> inputs,
                                                     const Dims& result,
                                                     const Attributes& attributes,
                                                     Element element) {
  if (product(result) == 0 || inputs.empty() || product(inputs[0]) == 0) return {};
  if (const ElementFunction* f = element_function(op); f && f->operands <= int(inputs.size()))
    return detail::element_operator(*f, op, inputs, result, element);
  if (const LineFunction* f = line_function(op))
    return detail::line_operator(*f, op, inputs, attributes, element);
  return {};
}

}  // namespace tenon
