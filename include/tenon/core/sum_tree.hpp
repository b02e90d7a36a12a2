// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One order of addition for any number of ranks. A sum over k is cut into 24 blocks, each added
/// from its first product to its last, and the blocks' sums are joined as one fixed tree says:
///   24 = 12 + 12, 12 = 6 + 6, 6 = 3 + 3, 3 = (1 + 1) + 1 and 1 + (1 + 1) in turn
/// 1, 2, 3, 4, 6, 8, 12 and 24 ranks have whole blocks each, so that every sum is rounded alike
/// wherever its summands live. (Demmel and Nguyen 2013 discuss the alternatives.)
#include <string>
#include <vector>

#include <tenon/core/box.hpp>
#include <tenon/core/error.hpp>

namespace tenon {

inline constexpr Index sum_tree_blocks = 24;

/// Sums that wait to be joined: no more than so many at once.
inline constexpr int sum_tree_depth = 8;

/// How many of the tree's sums end with a block, of those that begin with `first` or behind it.
constexpr int sums_ending_with(Index block, Index first) {
  const Index end = block + 1;
  int n = block % 3 == 1 + block / 3 % 2 && end - 2 >= first;
  for (Index size : {3, 6, 12, 24}) n += end % size == 0 && end - size >= first;
  return n;
}

/// One rank's part of such a sum. Its blocks' sums are put on a stack; after each block so many
/// `joins` make one sum of the last two. What is left goes to whoever adds for all ranks: sum after
/// sum, and after each so many `later` joins.
struct SumBlocks {
  std::vector<Index> ends;  // of its blocks, counted from its own first element
  std::vector<int> joins;   // of each block
  std::vector<int> left;    // of each block: which of the sums that are left it completes; -1
  std::vector<int> later;   // of each sum that is left

  std::size_t sums() const { return later.size(); }
};

/// Why a sum cannot be cut into so many parts; an empty text where it can.
inline std::string refused_parts(Index parts) {
  if (parts > 0 && sum_tree_blocks % parts == 0) return {};
  return std::string("a sum in one order for any number of ranks cannot be cut into ")
      .append(std::to_string(parts))
      .append(" parts; legal: 1, 2, 3, 4, 6, 8, 12, 24");
}

/// Part `part` of `parts` of a sum over `size` elements. @throws Error where the parts are refused.
inline SumBlocks sum_blocks(Index size, Index parts, Index part) {
  if (const std::string refused = refused_parts(parts); !refused.empty()) throw Error(refused);
  const Index each = sum_tree_blocks / parts, first = part * each;
  const Index before = balanced_block(size, parts, part).first;
  SumBlocks found;
  for (Index block = first; block < first + each; ++block) {
    const int joins = sums_ending_with(block, first);
    found.ends.push_back(balanced_block(size, sum_tree_blocks, block).last - before);
    found.joins.push_back(joins);
    found.later.resize(found.later.size() + 1 - std::size_t(joins));
    found.later.back() = sums_ending_with(block, 0) - joins;
    found.left.push_back(int(found.sums()) - 1);
  }
  for (std::size_t sum = found.sums(), i = found.left.size(); i-- > 0;)  // the last of each
    if (sum > 0 && found.left[i] == int(sum) - 1) --sum;
    else found.left[i] = -1;
  return found;
}

}  // namespace tenon
