// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a law adds over a dimension that may be cut, in the blocks that a backend asks for:
///   add_in_blocks<float>(call.sum_blocks, 784, [&](Index k) { return x[k] * w[k]; }, visit)
#include <tenon/core/kernel.hpp>

namespace tenon::detail {

/// visit(i, sum) for the i-th sum that is left of term(0) + term(1) + ...; for one where the order
/// is that of k.
template <class T>
void add_in_blocks(const SumBlocks* blocks, Index size, auto&& term, auto&& visit) {
  T sums[sum_tree_depth];
  int count = 0;
  Index k = 0;
  const auto add_until = [&](Index end) {
    T sum = 0;
    for (; k < end; ++k) sum += term(k);
    sums[count++] = sum;
  };
  if (!blocks) add_until(size);
  for (std::size_t b = 0; blocks && b < blocks->ends.size(); ++b) {
    add_until(blocks->ends[b]);
    for (int joins = blocks->joins[b]; joins > 0; --joins, --count)
      sums[count - 2] += sums[count - 1];
  }
  for (int i = 0; i < count; ++i) visit(i, sums[i]);
}

}  // namespace tenon::detail
