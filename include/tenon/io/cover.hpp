// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The proof that files hold every byte of a parameter exactly once, replicas aside: its blocks
/// tile it, so each slice must be its rank's block, and each block must be on some rank.
///   [0:784, 256:512] of [784, 512] is missing: it should be on one of the ranks 2, 3, 6, 7
#include <limits>
#include <vector>

#include <tenon/io/stored_tensor.hpp>
#include <tenon/layout/distribution.hpp>

namespace tenon {

/// "ranks 2, 3 and 12 more".
inline std::string ranks_text(const std::vector<Index>& ranks) {
  constexpr std::size_t most = 8;
  std::string all = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < ranks.size() && i < most; ++i)
    all.append(i ? ", " : "").append(text(ranks[i]));
  if (ranks.size() > most)
    all.append(" and ").append(text(Index(ranks.size() - most))).append(" more");
  return all;
}

/// Whether a slice may stand for a block of these sizes; a stored scalar may be [1] or [].
inline bool is_slice_of(const Dims& slice, const Dims& sizes) {
  return slice == sizes || (slice.size() + sizes.size() == 1 && product(slice) == product(sizes));
}

/// What is wrong with the slice that a rank has of its block; "" where nothing is. The first
/// dimension of another size: what of it is missing, or there twice.
inline std::string slice_mistake(const Distribution& x, Index rank, const Dims& slice) {
  const Box block = x.box(rank);
  if (is_slice_of(slice, sizes(block))) return "";
  std::string text_of = std::string("has the shape ")
                            .append(text(slice))
                            .append(", expected ")
                            .append(text(sizes(block)))
                            .append(": the slice ")
                            .append(text(block))
                            .append(" of ")
                            .append(text(x.shape));
  if (slice.size() != block.size()) return text_of;
  for (int d = 0; d < block.size(); ++d) {
    const Index more = slice[d] - block[d].size();
    if (more == 0) continue;
    Interval wrong{block[d].last, std::numeric_limits<Index>::max()};
    if (more < 0) wrong = {block[d].last + more, block[d].last};
    else if (more <= wrong.last - wrong.first) wrong.last = wrong.first + more;
    const bool outside = wrong.last > x.shape[d];
    return text_of.append("; ")
        .append(text(wrong))
        .append(" of dimension ")
        .append(text(Index(d)))
        .append(more < 0  ? " is missing"
                : outside ? " is beyond it"
                          : " would be there twice");
  }
  return text_of;
}

/// Which block of all a rank has, blocks counted row-major.
inline Index block_number(const Distribution& x, Index rank) {
  Index number = 0;
  for (int d = 0; d < x.shape.size(); ++d) number = number * x.parts(d) + x.block(d, rank);
  return number;
}

/// The first block that no rank of [0, ranks) has; "" where all are there.
/// @param has has(rank): whether its file has a slice. Cost: one visit a rank.
/// @pre every slice that is there is its rank's block.
std::string missing_block(const Distribution& x, Index ranks, auto&& has) {
  Index blocks = 1;
  for (int d = 0; d < x.shape.size(); ++d) blocks *= x.parts(d);
  std::vector<bool> there(static_cast<std::size_t>(blocks));
  for (Index rank = 0; rank < ranks; ++rank)
    if (has(rank) || volume(x.box(rank)) == 0) there[std::size_t(block_number(x, rank))] = true;
  for (Index rank = 0; rank < ranks; ++rank) {
    const Index number = block_number(x, rank);
    if (there[std::size_t(number)]) continue;
    std::vector<Index> holders;
    for (Index other = rank; other < ranks; ++other)
      if (block_number(x, other) == number) holders.push_back(other);
    return text(x.box(rank))
        .append(" of ")
        .append(text(x.shape))
        .append(holders.size() == 1 ? " is missing: it should be on "
                                    : " is missing: it should be on one of the ")
        .append(ranks_text(holders));
  }
  return "";
}

}  // namespace tenon
