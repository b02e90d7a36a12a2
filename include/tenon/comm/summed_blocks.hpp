// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An exchange as it is seen from anywhere: the blocks that a rank takes, and where their summands
/// lie.   SummedBlocks blocks(programs); blocks.of(3)[0].summands[1] is {rank 5, a region of it}
#include <functional>
#include <map>
#include <vector>

#include <tenon/comm/communication.hpp>

namespace tenon {

inline bool same_region(const Region& a, const Region& b) {
  return a.first == b.first && a.sizes == b.sizes && a.strides == b.strides;
}

/// A region of what a rank holds. After it, so many times the last two sums that are left are
/// joined: once, but not after the first, where all are added one after the other.
struct Summand {
  int rank;
  Region from;
  int joins = 0;
  friend bool operator==(const Summand& a, const Summand& b) {
    return a.rank == b.rank && a.joins == b.joins && same_region(a.from, b.from);
  }
};

/// A region of a result, and what is added there, in this order.
struct SummedBlock {
  Region to;
  std::vector<Summand> summands;
  friend bool operator==(const SummedBlock& a, const SummedBlock& b) {
    return same_region(a.to, b.to) && a.summands == b.summands;
  }
};

/// Stripe k of a region cut into so many, along its first dimension that has as many, or its
/// largest.
inline Region stripe_of(Region region, Index parts, Index k) {
  int cut = 0;
  for (int d = 1; d < region.sizes.size() && region.sizes[cut] < parts; ++d)
    if (region.sizes[d] > region.sizes[cut]) cut = d;
  if (parts == 1 || region.sizes.empty()) return region;
  const Interval rows = balanced_block(region.sizes[cut], parts, k);
  region.first += rows.first * region.strides[cut];
  region.sizes[cut] = rows.size();
  return region;
}
inline SummedBlock stripe_of(SummedBlock block, Index parts, Index k) {
  block.to = stripe_of(block.to, parts, k);
  for (Summand& summand : block.summands) summand.from = stripe_of(summand.from, parts, k);
  return block;
}

/// Asks each rank's program once, when it is needed, and keeps it.
class SummedBlocks {
 public:
  explicit SummedBlocks(const ExchangePrograms& programs) : programs_(programs) {}

  const ExchangeProgram& program(int rank) {
    const auto found = asked_.find(rank);
    if (found != asked_.end()) return found->second;
    ExchangeProgram& program = asked_[rank] = programs_(rank);
    std::ranges::sort(program.gifts, {}, &ExchangeProgram::Gift::to);
    return program;
  }
  const std::vector<SummedBlock>& of(int rank) {
    const auto found = blocks_.find(rank);
    if (found != blocks_.end()) return found->second;
    std::vector<SummedBlock> blocks;
    for (const ExchangeProgram::Piece& piece : program(rank).pieces) {
      if (!piece.add) blocks.push_back({piece.to, {}});
      const Region from = piece.own ? piece.from : given(piece.source, rank);
      for (int i = 0; i < piece.sums(); ++i)
        blocks.back().summands.push_back(
            {piece.source, sum_of(from, piece.sums(), i),
             piece.joins.empty() ? int(piece.add) : piece.joins[std::size_t(i)]});
    }
    return blocks_[rank] = std::move(blocks);
  }

 private:
  Region given(int source, int to) {
    const auto& gifts = program(source).gifts;
    const auto gift = std::ranges::lower_bound(gifts, to, {}, &ExchangeProgram::Gift::to);
    if (gift == gifts.end() || gift->to != to)
      throw Error(std::string("the programs of an exchange disagree: rank ")
                      .append(std::to_string(source))
                      .append(" gives nothing to rank ")
                      .append(std::to_string(to)));
    return gift->from;
  }

  const ExchangePrograms& programs_;
  std::map<int, ExchangeProgram> asked_;
  std::map<int, std::vector<SummedBlock>> blocks_;
};

}  // namespace tenon
