// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A rank's part of the exchange from one distribution to another.
#include <tenon/comm/exchange_program.hpp>
#include <tenon/core/sum_tree.hpp>
#include <tenon/layout/exchange.hpp>

namespace tenon {

namespace detail {

/// A region of what holds so many sums of a block, one behind the other.
inline Region of_sums(const Region& region, int sums, const Box& block) {
  if (sums == 1) return region;
  Region all{region.first, {sums}, {volume(block)}};
  for (int d = 0; d < region.sizes.size(); ++d)
    all.sizes.push_back(region.sizes[d]), all.strides.push_back(region.strides[d]);
  return all;
}

}  // namespace detail

/// @param in_one_order sums are joined as core/sum_tree.hpp says, and each rank holds those that
/// are left of its part. Cost: one visit for each piece that it takes, one for each rank that may
/// take of its own.
inline ExchangeProgram exchange_of(const Distribution& from, const Distribution& to, Index rank,
                                   Index devices, Element element, bool in_one_order = false) {
  ExchangeProgram program;
  program.element = element;
  const Box held = from.box(rank), wanted = to.box(rank);
  const Index summands = from.summands();
  const auto joins = [&](Index summand) {
    if (!in_one_order || summands == 1) return std::vector<int>();
    return sum_blocks(0, summands, summand).later;
  };
  const int sums = std::max(1, int(joins(from.block(Cut::sum, rank)).size()));
  program.held = sums > 1 ? Dims{sums} : Dims{};
  for (Index size : sizes(held)) program.held.push_back(size);
  program.result = sizes(wanted);
  Index summand = 0;
  for_each_piece(from, wanted, rank, [&](Index source, const Box& box) {
    const bool own = source == rank;
    program.pieces.push_back({int(source), own, summand > 0,
                              own ? detail::of_sums(region(box, held), sums, held) : Region{},
                              region(box, wanted), joins(summand)});
    summand = (summand + 1) % summands;
  });
  for_each_taker(from, to, rank, devices, [&](Index other, const Box& box) {
    program.gifts.push_back({int(other), detail::of_sums(region(box, held), sums, held)});
  });
  return program;
}

}  // namespace tenon
