// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a matrix's elements lie in an Ascend's buffers, padded with zeros to whole fractals:
///   MatrixFormat{AscendFormat::nz, 20, 28, 16}.offset(17, 3) == 259   of two-byte numbers
///   nd [R, C]   nz [C1, R1, R0, C0]   zz [R1, C1, R0, C0]   zn [R1, C1, C0, R0], of L0B's [k, n]
/// Source: asc-devkit, its page on the layout of data.
#include <algorithm>

#include <tenon/backend/ascend/program/instruction.hpp>
#include <tenon/core/dims.hpp>

namespace tenon {

/// C0: how many numbers of so many bytes 32 bytes hold.
constexpr Index fractal_width(Index bytes_each) { return 32 / bytes_each; }

struct MatrixFormat {
  AscendFormat format = AscendFormat::nd;
  Index rows = 0, columns = 0;
  Index width = 16;  // C0; 16 in L0C, whatever its numbers are

  /// Of one fractal: 16 rows of C0 numbers; of zn 16 columns of C0 numbers.
  constexpr Index fractal_rows() const { return format == AscendFormat::zn ? width : 16; }
  constexpr Index fractal_columns() const { return format == AscendFormat::zn ? 16 : width; }
  constexpr Index fractals_down() const { return (rows + fractal_rows() - 1) / fractal_rows(); }
  constexpr Index fractals_across() const {
    return (columns + fractal_columns() - 1) / fractal_columns();
  }
  /// Numbers, with the padding.
  constexpr Index size() const {
    if (format == AscendFormat::nd) return rows * columns;
    return fractals_down() * fractals_across() * 16 * width;
  }

  /// Of an element; behind the last row or column, of the padding up to whole fractals.
  constexpr Index offset(Index row, Index column) const {
    const Index in_row = row % fractal_rows(), in_column = column % fractal_columns();
    const Index down = row / fractal_rows(), across = column / fractal_columns();
    const Index fractal = 16 * width;
    switch (format) {
      case AscendFormat::nd: return row * columns + column;
      case AscendFormat::nz:
        return (across * fractals_down() + down) * fractal + in_row * width + in_column;
      case AscendFormat::zz:
        return (down * fractals_across() + across) * fractal + in_row * width + in_column;
      case AscendFormat::zn:
        return (down * fractals_across() + across) * fractal + in_column * width + in_row;
    }
    return 0;
  }
};

/// visit(row, column, n, offset): runs of n numbers beside each other, both in a row of the matrix
/// (in a column of zn) and in the format.
constexpr void for_each_fractal_run(const MatrixFormat& f, auto&& visit) {
  if (f.format == AscendFormat::nd) {
    for (Index r = 0; r < f.rows; ++r) visit(r, Index(0), f.columns, r * f.columns);
  } else if (f.format == AscendFormat::zn) {
    for (Index r = 0; r < f.rows; r += f.width)
      for (Index c = 0; c < f.columns; ++c)
        visit(r, c, std::min(f.width, f.rows - r), f.offset(r, c));
  } else {
    for (Index c = 0; c < f.columns; c += f.width)
      for (Index r = 0; r < f.rows; ++r)
        visit(r, c, std::min(f.width, f.columns - c), f.offset(r, c));
  }
}

/// A matrix whose rows begin `pitch` numbers apart, with zeros as padding.
/// @pre `to` holds f.size() numbers
template <class T>
constexpr void pack_matrix(const MatrixFormat& f, const T* from, Index pitch, T* to) {
  std::fill_n(to, f.size(), T());
  for_each_fractal_run(f, [&](Index r, Index c, Index n, Index at) {
    const Index step = f.format == AscendFormat::zn ? pitch : 1;
    for (Index i = 0; i < n; ++i) to[at + i] = from[r * pitch + c + i * step];
  });
}

/// The matrix without its padding.
template <class T>
constexpr void unpack_matrix(const MatrixFormat& f, const T* from, T* to, Index pitch) {
  for_each_fractal_run(f, [&](Index r, Index c, Index n, Index at) {
    const Index step = f.format == AscendFormat::zn ? pitch : 1;
    for (Index i = 0; i < n; ++i) to[r * pitch + c + i * step] = from[at + i];
  });
}

}  // namespace tenon
