// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which products of matrices a MatMul is:  [4, 3, 20] by [20, 10] are 12 rows by 10 columns, once;
/// [4, 3, 20] by [4, 20, 10] are 3 rows by 10 columns, 4 times.
#include <tenon/core/kernel.hpp>

namespace tenon::detail {

/// The matrices of a batch: which of A and of B make the i-th of C.
struct Batch {
  Index rows, inner, columns, count, count_b;
  bool transpose_a, transpose_b;

  explicit Batch(const KernelCall& call)
      : transpose_a(call.attributes.integers[0]), transpose_b(call.attributes.integers[1]) {
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    const int last = c.box.size() - 1, last_a = a.box.size() - 1;
    rows = c.size(last - 1), columns = c.size(last);
    inner = a.size(last_a - (transpose_a ? 1 : 0));
    count = count_b = 1;
    for (int d = 0; d < last - 1; ++d) count *= c.size(d);
    for (int d = 0; d < b.box.size() - 2; ++d) count_b *= b.size(d);
    if (count_b == 1 && !transpose_a && a.box.size() == c.box.size())
      rows *= count, count = 1;  // one B for all: they are the rows of one matrix
  }

  /// Its leading dimensions are aligned at the right with C's, and repeated where they are one.
  static Index matrix_of(const Block& x, const Block& c, Index matrix) {
    Index index = 0, scale = 1;
    for (int d = c.box.size() - 3, own = x.box.size() - 3; own >= 0; --d, --own) {
      if (x.size(own) != 1) index += matrix % c.size(d) * scale;
      scale *= x.size(own);
      matrix /= c.size(d);
    }
    return index;
  }
};

}  // namespace tenon::detail
