// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What operators that work element by element share: shapes, equations and loops.
///   y[i] = f(x[i])   and   y[i] = f(a[i], b[i]), where a dimension of size one is repeated.
/// MindSpore: ActivationInfo, ArithmeticBase; the broadcasting of numpy.
#include <tenon/core/region.hpp>
#include <tenon/network/operation.hpp>

namespace tenon {

constexpr bool is_floating(Element e) { return e == Element::float32 || e == Element::float64; }

/// All operands have one floating type.
constexpr Finding floating_operands(const Operands& o) {
  for (int i = 0; i < o.elements.size(); ++i)
    if (!is_floating(o.elements[i]) || o.elements[i] != o.elements[0])
      return {Mistake::other_element, {}, i};
  return {};
}

constexpr Result infer_unary(const Operands& o) {
  return {floating_operands(o), o.shapes[0], o.elements[0]};
}

constexpr Equation unary_equation(const Operands& o) {
  const Term x = letters('a', o.shapes[0].size());
  return ordered({{x}, {x}, {}});
}

template <class T, auto scalar>
void unary_law(const KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.output.as<T>();
  const Index n = volume(call.output.box);
  for (Index i = 0; i < n; ++i) y[i] = scalar(x[i]);
}

/// How operand b of a binary operator lies against operand a's dimensions: aligned at the last one,
/// or along dimension 1 (a channel's bias or slope).
enum class Alignment : std::uint8_t { last, channel };

/// The dimension of the result that dimension 0 of an operand meets.
constexpr int offset_of(Alignment alignment, int rank, int result_rank) {
  return alignment == Alignment::channel && rank == 1 && result_rank > 1 ? 1 : result_rank - rank;
}

/// Of two operands, or three.
template <Alignment alignment>
constexpr Result infer_binary(const Operands& o) {
  Result r{floating_operands(o), {}, o.elements[0]};
  int rank = 0;
  for (const Dims& shape : o.shapes) rank = shape.size() > rank ? shape.size() : rank;
  r.shape = Dims::filled(rank, 1);
  if (alignment == Alignment::channel && (o.shapes[0].size() < 2 || o.shapes[1].size() != 1))
    r.finding = o.shapes[0].size() < 2
                    ? Finding{Mistake::other_rank, {}, 0, 0, o.shapes[0].size(), 2}
                    : Finding{Mistake::other_rank, {}, 1, 0, o.shapes[1].size(), 1};
  for (int i = 0; i < o.shapes.size() && !r.finding; ++i)
    for (int d = 0; d < o.shapes[i].size(); ++d) {
      const int at = d + offset_of(i ? alignment : Alignment::last, o.shapes[i].size(), rank);
      const Index size = o.shapes[i][d];
      if (r.shape[at] == 1) r.shape[at] = size;
      else if (size != 1 && size != r.shape[at])
        r.finding = {Mistake::sizes_differ, {}, -1, char('a' + at), r.shape[at], size};
    }
  return r;
}

template <Alignment alignment>
constexpr Equation binary_equation(const Operands& o) {
  const Dims shape = infer_binary<alignment>(o).shape;
  Equation e{{}, {letters('a', shape.size())}, {}};
  for (int i = 0; i < o.shapes.size(); ++i) {
    const int offset = offset_of(i ? alignment : Alignment::last, o.shapes[i].size(), shape.size());
    Term term = letters(char('a' + offset), o.shapes[i].size());
    for (int d = 0; d < term.size(); ++d)
      term[d].repeated = o.shapes[i][d] == 1 && shape[d + offset] != 1;
    e.inputs.push_back(term);
  }
  for (const EquationAxis& axis : e.outputs[0]) e.order.push_back(axis.letter);
  return e;
}

/// An operand's elements over the dimensions of a result: strides of 0 where they are repeated.
constexpr Region repeated_along(const Block& x, const Block& result, Alignment alignment) {
  const Dims own = strides(sizes(x.box));
  const int rank = result.box.size(), offset = offset_of(alignment, own.size(), rank);
  Region r{0, sizes(result.box), Dims::filled(rank, 0)};
  for (int d = 0; d < own.size(); ++d)
    if (x.size(d) == result.size(d + offset)) r.strides[d + offset] = own[d];
  return r;
}

template <class T, auto scalar, Alignment alignment>
void binary_law(const KernelCall& call) {
  const Box& result = call.output.box;
  const Region a = repeated_along(call.inputs[0], call.output, Alignment::last),
               b = repeated_along(call.inputs[1], call.output, alignment);
  const T *x = call.inputs[0].as<const T>(), *w = call.inputs[1].as<const T>();
  T* y = call.output.as<T>();
  const int last = result.size() - 1;
  const Index n = last < 0 ? 1 : result[last].size();
  const Index step_a = last < 0 ? 0 : a.strides[last], step_b = last < 0 ? 0 : b.strides[last];
  Region rows_a = a, rows_b = b;  // one run a row
  if (last >= 0) rows_a.sizes[last] = rows_b.sizes[last] = n > 0;
  for_each_run(rows_a, rows_b, [&](Index first_a, Index first_b, Index rows) {
    for (Index row = 0; row < rows; ++row)
      for (Index i = 0; i < n; ++i)
        *y++ = scalar(x[first_a + row + i * step_a], w[first_b + row + i * step_b]);
  });
}

}  // namespace tenon
