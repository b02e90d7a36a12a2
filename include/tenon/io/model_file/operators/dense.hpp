// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Products of matrices, and biases.
#include <tenon/io/model_file/operators/source_operator.hpp>

namespace tenon::detail {

/// What is transposed before a product is transposed by the product: then nothing is moved. Not
/// where strategies are kept, of which the transposition may have one.
inline Value without_transpose(const SourceNode& at, Value x, bool& transpose) {
  if (at.state.keep_strategies) return x;
  const Node& made = at.state.result.graph.nodes[std::size_t(x.node)];
  if (made.op != &Transpose::info || x.shape().size() < 2) return x;
  Dims order = made.attributes.integers;
  const int rank = order.size();
  for (Index& axis : order) axis = from_front(axis, rank);
  for (int d = 0; d < rank; ++d) {
    const int from = d == rank - 1 ? rank - 2 : d == rank - 2 ? rank - 1 : d;
    if (order[d] != from) return x;
  }
  transpose = !transpose;
  return {x.graph, made.inputs[0]};
}

/// A B, of operands as they are for numpy: a vector is a row at the left, a column at the right.
inline Value product_of(const SourceNode& at, Value a, Value b, bool transpose_a, bool transpose_b,
                        std::string_view part = {}) {
  const Dims left = a.shape(), right = b.shape();
  if (left.empty() || right.empty()) at.fail("an operand is a single number; legal: matrices");
  const bool row = left.size() == 1, column = right.size() == 1;
  if (row) a = at.reshaped(a, {1, left[0]}, "row");
  if (column) b = at.reshaped(b, {right[0], 1}, "column");
  a = without_transpose(at, a, transpose_a);
  b = without_transpose(at, b, transpose_b);
  if (!row && !column) return at.record(MatMul(transpose_a, transpose_b), {a, b}, part);
  const Value y = at.record(MatMul(transpose_a, transpose_b), {a, b}, "product");
  Dims shape = y.shape();
  if (column) shape.erase(shape.size() - 1);
  if (row) shape.erase(shape.size() - (column ? 1 : 2));
  return at.reshaped(y, shape, part);
}

/// MindSpore says as attributes or as inputs 2 and 3 what is transposed.
inline void record_matmul(const SourceNode& at) {
  const bool transpose_a = !at.is_onnx() && at.integer("transpose_a", 2, 0) != 0;
  const bool transpose_b = !at.is_onnx() && at.integer("transpose_b", 3, 0) != 0;
  at.result(product_of(at, at.operand(0), at.operand(1), transpose_a, transpose_b));
}

/// alpha A B + beta C.
inline void record_gemm(const SourceNode& at) {
  const double alpha = at.real("alpha", -1, 1), beta = at.real("beta", -1, 1);
  const bool adds = at.has(2) && beta != 0;
  const auto scaled = [&](Value x, double by, std::string_view part, std::string_view factor) {
    return by == 1 ? x : at.record(Mul(), {x, at.number(factor, by, x.element())}, part);
  };
  Value y = product_of(at, at.operand(0), at.operand(1), at.integer("transA", -1, 0) != 0,
                       at.integer("transB", -1, 0) != 0, adds || alpha != 1 ? "product" : "");
  y = scaled(y, alpha, adds ? "scaled" : "", "alpha");
  if (adds) y = at.record(Add(), {y, scaled(at.operand(2), beta, "bias", "beta")});
  at.result(y);
}

inline constexpr SourceOperator dense_operators[] = {
    {"MatMul", "MatMul", &record_matmul},
    {"", "BatchMatMul", &record_matmul},
    {"", "MatMulExt", [](const SourceNode& at) {
       at.result(product_of(at, at.operand(0), at.operand(1), false, false));
     }},
    {"Gemm", "", &record_gemm},
    {"", "BiasAdd", [](const SourceNode& at) {
       at.result(at.record(BiasAdd(), {at.operand(0), at.operand(1)}));
     }},
};

}  // namespace tenon::detail
