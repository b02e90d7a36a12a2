// SPDX-License-Identifier: Apache-2.0
#pragma once
/// C = A B, then + bias, then the activation, by tiles that Eigen packs on the stack (it allocates
/// for larger ones): 128 rows x 128 columns x 1 KiB of the summed dimension.
#include <Eigen/Core>
#include <algorithm>

#include <tenon/core/finish.hpp>

namespace tenon::detail {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Tile = Eigen::Map<Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using ConstTile = Eigen::Map<const Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// A row-major matrix, or the transpose of one.
template <class T>
struct Operand {
  const T* data;
  Index pitch;  // elements from row to row in memory
  bool transposed;
  /// The tile at (row, column) of what it stands for, as it lies in memory.
  ConstTile<T> tile(Index row, Index column, Index rows, Index columns) const {
    if (transposed)
      return {data + column * pitch + row, columns, rows, Eigen::OuterStride<>(pitch)};
    return {data + row * pitch + column, rows, columns, Eigen::OuterStride<>(pitch)};
  }
};

template <class T>
void eigen_multiply(const Operand<T>& a, const Operand<T>& b, T* c, Index rows, Index inner,
                    Index columns) {
  constexpr Index tile_rows = 128, tile_columns = 128, tile_inner = 1024 / Index(sizeof(T));
  for (Index n = 0; n < columns; n += tile_columns)
    for (Index k = 0; k < inner; k += tile_inner)
      for (Index m = 0; m < rows; m += tile_rows) {
        const Index height = std::min(tile_rows, rows - m), depth = std::min(tile_inner, inner - k);
        const Index width = std::min(tile_columns, columns - n);
        Tile<T> y(c + m * columns + n, height, width, Eigen::OuterStride<>(columns));
        const ConstTile<T> p = a.tile(m, k, height, depth), q = b.tile(k, n, depth, width);
        const auto add = [&](const auto& product) {
          if (k == 0) y.noalias() = product;
          else y.noalias() += product;
        };
        if (a.transposed && b.transposed) add(p.transpose() * q.transpose());
        else if (a.transposed) add(p.transpose() * q);
        else if (b.transposed) add(p * q.transpose());
        else add(p * q);
      }
}

/// The law of network/operators/matmul.hpp; batches one after the other.
template <class T>
void eigen_matmul(const KernelCall& call) {
  const bool transpose_a = call.attributes.integers[0], transpose_b = call.attributes.integers[1];
  const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
  const int batch = c.box.size() - 2, last_a = a.box.size() - 1, last_b = b.box.size() - 1;
  const Index rows = c.size(batch), columns = c.size(batch + 1),
              inner = a.size(last_a - (transpose_a ? 1 : 0));
  if (rows * columns == 0) return;
  Index matrices = 1;
  for (int d = 0; d < batch; ++d) matrices *= c.size(d);
  const auto first = [&](const Block& x, int last,
                         Index matrix) {  // of the operand's matrix that meets it
    Index index = 0, scale = 1;
    for (int d = batch - 1, own = last - 2; own >= 0; --d, --own) {
      if (x.size(own) != 1) index += matrix % c.size(d) * scale;
      scale *= x.size(own);
      matrix /= c.size(d);
    }
    return x.as<const T>() + index * x.size(last) * x.size(last - 1);
  };
  for (Index i = 0; i < matrices; ++i) {
    T* y = c.as<T>() + i * rows * columns;
    if (inner == 0) std::fill(y, y + rows * columns, T(0));
    eigen_multiply<T>({first(a, last_a, i), a.size(last_a), transpose_a},
                      {first(b, last_b, i), b.size(last_b), transpose_b}, y, rows, inner, columns);
    finish_rows(y, rows, columns, call.finish());
  }
}

}  // namespace tenon::detail
