// SPDX-License-Identifier: Apache-2.0
#pragma once
/// C[b,m,n] = sum over k of A[b,m,k] B[b,k,n], with either operand's last two dimensions exchanged
/// if asked; leading dimensions are aligned at the right and repeated where they are one.
///   matmul(x, w) of [32, 784] and [784, 512];  MatMul(false, true)(x, w) of [32, 784] and [512,
///   784]
/// Communicates: nothing by itself; where k is cut into b parts, the result is a sum over them,
/// which all-reduce or reduce-scatter (the output's split) resolves: M*N/(a*c) elements.
/// @pre k has the same size and the same cut in both.
/// MindSpore: MatMulInfo, BatchMatMulInfo; Shoeybi et al. 2019, figure 3.
#include <tenon/network/elementwise.hpp>
#include <tenon/network/sums.hpp>

namespace tenon {

namespace detail {

/// The letters of A, B and C: batch letters from 'a', then m, k, n.
constexpr Equation matmul_equation(const Operands& o) {
  const Dims &a = o.shapes[0], &b = o.shapes[1];
  const int batch = (a.size() > b.size() ? a.size() : b.size()) - 2;
  const bool transpose_a = o.attributes.integers[0], transpose_b = o.attributes.integers[1];
  Equation e{{}, {letters('a', batch)}, {}};
  e.takes_output_split = a.size() == 2 && b.size() == 2;
  const auto operand = [&](const Dims& shape, const Dims& other, char row, char column) {
    const int own = shape.size() - 2, others = other.size() - 2;
    Term term = letters(char('a' + batch - own), own);
    for (int d = 0; d < own; ++d) {
      const int there = d + others - own;
      term[d].repeated = shape[d] == 1 && there >= 0 && other[there] != 1;
    }
    term.push_back({row});
    term.push_back({column});
    for (int d = 0; d < term.size(); ++d) term[d].unmapped = shape[d] == 1;
    return term;
  };
  e.inputs.push_back(operand(a, b, transpose_a ? 'k' : 'm', transpose_a ? 'm' : 'k'));
  e.inputs.push_back(operand(b, a, transpose_b ? 'n' : 'k', transpose_b ? 'k' : 'n'));
  e.outputs[0].push_back({'m'});
  e.outputs[0].push_back({'n'});
  for (int d = 0; d < batch; ++d) e.order.push_back(char('a' + d));
  for (char letter : {'m', 'k', 'n'}) e.order.push_back(letter);
  // MindSpore's other form: both inputs cut by the same (a, b) over all devices means blocks of all
  // three matrices; rows of B and columns of A are gathered first.
  const auto& s = o.splits.inputs;
  const bool same =
      s.size() == 2 && s[0].size() == 2 && s[0] == s[1] && a.size() == 2 && b.size() == 2;
  if (same && !transpose_a && !transpose_b && s[0][0] > 0 && s[0][1] > 0 &&
      product(s[0]) == o.devices) {
    e.inputs[0] = {{'m'}, {'n', false, true}};
    e.inputs[1] = {{'m', false, true}, {'n'}};
    e.order = {'m', 'n'};
  }
  return e;
}

constexpr Result infer_matmul(const Operands& o) {
  Result r{floating_operands(o), {}, o.elements[0]};
  const Dims &a = o.shapes[0], &b = o.shapes[1];
  for (int i = 0; i < 2; ++i)
    if (o.shapes[i].size() < 2 && !r.finding)
      r.finding = {Mistake::other_rank, {}, i, 0, o.shapes[i].size(), 2};
  if (r.finding) return r;
  const bool transpose_a = o.attributes.integers[0], transpose_b = o.attributes.integers[1];
  const int rows = a.size() - 2, columns = b.size() - 2;
  const Index k_a = a[rows + (transpose_a ? 0 : 1)], k_b = b[columns + (transpose_b ? 1 : 0)];
  if (k_a != k_b) r.finding = {Mistake::sizes_differ, {}, -1, 'k', k_a, k_b};
  const int batch = rows > columns ? rows : columns;
  for (int d = 0; d < batch; ++d) {
    const Index in_a = d + rows < batch ? 1 : a[d + rows - batch],
                in_b = d + columns < batch ? 1 : b[d + columns - batch];
    if (in_a != in_b && in_a != 1 && in_b != 1)
      r.finding = {Mistake::sizes_differ, {}, -1, char('a' + d), in_a, in_b};
    r.shape.push_back(in_a == 1 ? in_b : in_a);
  }
  r.shape.push_back(a[rows + (transpose_a ? 1 : 0)]);
  r.shape.push_back(b[columns + (transpose_b ? 0 : 1)]);
  return r;
}

constexpr int matmul_summed_dimension(const Dims& a, const Attributes& attributes) {
  return a.size() - (attributes.integers[0] ? 2 : 1);
}

template <class T>
void matmul_law(const KernelCall& call) {
  const bool transpose_a = call.attributes.integers[0], transpose_b = call.attributes.integers[1];
  const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
  const int batch = c.box.size() - 2, last_a = a.box.size() - 1, last_b = b.box.size() - 1;
  const Index rows = c.size(batch), columns = c.size(batch + 1),
              inner = a.size(last_a - (transpose_a ? 1 : 0));
  const Index matrix_a = a.size(last_a) * a.size(last_a - 1),
              matrix_b = b.size(last_b) * b.size(last_b - 1);
  T* y = c.as<T>();
  Dims at = Dims::filled(batch, 0);
  Index matrices = rows * columns > 0 ? 1 : 0;
  for (int d = 0; d < batch; ++d) matrices *= c.size(d);
  const auto first = [&](const Block& x, Index matrix) {  // of the matrix that meets this batch
    Index index = 0;
    const int own = x.box.size() - 2;
    for (int d = 0; d < own; ++d)
      index = index * x.size(d) + (x.size(d) == 1 ? 0 : at[d + batch - own]);
    return x.as<const T>() + index * matrix;
  };
  for (Index i = 0; i < matrices; ++i) {
    const T *p = first(a, matrix_a), *q = first(b, matrix_b);
    for (Index m = 0; m < rows; ++m)
      for (Index n = 0; n < columns; ++n) {
        const auto term = [&](Index k) {
          return p[transpose_a ? k * rows + m : m * inner + k] *
                 q[transpose_b ? n * inner + k : k * columns + n];
        };
        add_in_blocks<T>(call.sum_blocks, inner, term, [&](Index sum_number, T sum) {
          if (call.bias) sum += call.inputs.back().as<const T>()[n];
          y[sum_number * volume(c.box)] = call.activation ? (*call.activation)(sum) : sum;
        });
        ++y;
      }
    for (int d = batch - 1; d >= 0 && ++at[d] == c.size(d); --d) at[d] = 0;
  }
}

}  // namespace detail

struct MatMul : Operation<MatMul> {
  bool transpose_a = false, transpose_b = false;
  constexpr explicit MatMul(bool a = false, bool b = false) : transpose_a(a), transpose_b(b) {}

  static constexpr Operator info{.name = "MatMul",
                                 .operands = 2,
                                 .infer = &detail::infer_matmul,
                                 .equation = &detail::matmul_equation,
                                 .law = {&detail::matmul_law<float>, &detail::matmul_law<double>},
                                 .summed_dimension = &detail::matmul_summed_dimension,
                                 .sums_in_blocks = true,
                                 .takes_epilogue = true,
                                 .batch_parallel = true,
                                 .integers = "transpose_a transpose_b"};
  constexpr Attributes attributes() const { return {{transpose_a, transpose_b}, {}}; }
};
inline constexpr MatMul matmul{};

}  // namespace tenon
